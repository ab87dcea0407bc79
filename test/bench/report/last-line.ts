import { divide } from './must-reach.ts'
import { countFaults, type Faults, findBest, medianOf, type Results } from './results.ts'

export interface Verdict extends Faults {
  /** At saturation, with the first count of pairs; undefined when a side was not measured. */
  throughput: number | undefined
  cpu: number | undefined
  awsCalls: number | undefined
}

export function buildVerdict(results: Results): Verdict {
  const pairs = results.cells[0]?.pairs ?? 0
  const pipeline = findBest(results.cells, 'pipeline', pairs)
  const tuned = findBest(results.cells, 'direct:tuned', pairs)
  const ratio = (figure: string) => divide(medianOf(pipeline, figure), medianOf(tuned, figure))
  return {
    throughput: ratio('messagesPerSecond'),
    cpu: ratio('cpu.oursAndPostgres'),
    awsCalls: medianOf(pipeline, 'calls.all'),
    ...countFaults(results),
  }
}

/** The one line that programs read. */
export function tellVerdict({ throughput, cpu, awsCalls, lost, doubled, outOfOrder }: Verdict): string {
  const figure = (value: number | undefined, digits: number) => value?.toFixed(digits) ?? 'n/a'
  return [
    `throughput ${figure(throughput, 2)} x direct:tuned`,
    `cpu ${figure(cpu, 2)} x direct:tuned`,
    `${figure(awsCalls, 1)} aws calls/message`,
    ...[`lost ${lost}`, `doubled ${doubled}`, `out of order ${outOfOrder}`],
  ].join(', ')
}

export function isClean({ lost, doubled, outOfOrder }: Faults): boolean {
  return lost + doubled + outOfOrder === 0
}
