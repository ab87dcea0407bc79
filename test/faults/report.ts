import { type Finding, GUARANTEES } from './check/finding.ts'
import type { RunRecord } from './check/run-record.ts'
import type { QueueProxyCounts } from './proxies/queue-proxy.ts'

export interface Report {
  passed: boolean
  findings: Finding[]
  /** In the order in which they are printed. */
  figures: [name: string, value: string | number][]
}

export function buildReport(run: {
  passed: boolean
  findings: Finding[]
  record: RunRecord
  /** `convergeMs` is undefined when the time was up. */
  times: { wallMs: number; loadMs: number; convergeMs: number | undefined }
  counts: QueueProxyCounts
}): Report {
  const { passed, findings, record, times, counts } = run
  const { sends, failedAttempts } = record.records
  const accepted = sends.filter(send => send.acceptedAt !== undefined).length
  const stored = [...record.database.values()].reduce((sum, { messages }) => sum + messages.length, 0)
  const breaches = GUARANTEES.map((name): [string, number] => [
    name,
    findings.filter(finding => finding.guarantee === name).length,
  ])
  return {
    ...{ passed, findings },
    figures: [
      ['accepted', accepted],
      ['stored', stored],
      ...breaches,
      ['seconds to converge', times.convergeMs === undefined ? 'never' : inSeconds(times.convergeMs)],
      ['wall time, s', inSeconds(times.wallMs)],
      ['messages per second', Math.round(accepted / (times.loadMs / 1000))],
      ['redelivered commands', counts.redeliveredCommands],
      ['redelivered events', counts.redeliveredEvents],
      ['duplicates made', counts.duplicated],
      ['attempts repeated', describeCounts(failedAttempts)],
      ['dead letters', record.queues.dead],
    ],
  }
}

/** One line a figure. */
export function printReport({ figures, findings, passed }: Report, say: (line: string) => void): void {
  for (const [name, value] of figures) say(`${name}: ${value}`)
  const broken = GUARANTEES.filter(name => findings.some(finding => finding.guarantee === name))
  say(passed ? 'all guarantees hold' : `broken: ${broken.join(', ') || 'did not converge'}`)
}

function describeCounts(counts: Map<string, number>): string {
  return [...counts].map(([reason, count]) => `${count} ${reason}`).join(', ') || '0'
}

function inSeconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1)
}
