import { writeFileSync } from 'node:fs'
import type { BenchOptions } from '../options.ts'
import { buildVerdict } from './last-line.ts'
import { buildBounds } from './must-reach.ts'
import { describeShape, type Results, roundsOf } from './results.ts'

/** Everything, for programs and for later comparison. */
export function writeJson(file: string, results: Results, options: BenchOptions): void {
  const { machine, cells, alone, limits, stored } = results
  const loads = cells.map(cell => {
    const names = [...new Set(cell.rounds.flatMap(Object.keys))]
    return {
      ...{ system: cell.system, pairs: cell.pairs, load: describeShape(cell.shape) },
      figures: Object.fromEntries(names.map(name => [name, roundsOf(cell, name)])),
      rounds: cell.rounds,
    }
  })
  const { rounds, seconds, senderSockets, durableEmulators } = options
  const report = {
    ...{
      machine,
      options: { rounds, seconds, senderSockets, durableEmulators },
      verdict: buildVerdict(results),
    },
    ...{ bounds: buildBounds(results), alone, limits, stored, loads },
  }
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`)
}
