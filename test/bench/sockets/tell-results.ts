import type { Spread } from '../figures/percentiles.ts'
import { tellMachine } from '../report/describe-machine.ts'
import { formatNumber, formatTable } from '../report/format-table.ts'
import type { Failures } from './clients/clients-protocol.ts'
import { buildBounds, countLost, kilobytesPerSocket, type SocketsResults } from './results.ts'

/** What stands on the terminal. */
export function tellResults(results: SocketsResults): string[] {
  return [
    '',
    tellMachine(results.machine),
    ...titled(`${formatNumber(results.sockets)} sockets`, figures(results), 2),
    ...titled('memory of the gateway, MB', memory(results)),
    ...titled('CPU seconds by process', cpu(results)),
    ...titled('must reach', bounds(results)),
    '',
    tellVerdict(results),
  ]
}

/** The one line that programs read. */
export function tellVerdict(results: SocketsResults): string {
  const { sockets, push, storm } = results
  return [
    `${sockets} sockets`,
    `${kilobytesPerSocket(results).toFixed(1)} kB each`,
    `push p99 ${formatNumber(push.pushMs?.p99)} ms`,
    `all back in ${storm.allBackSeconds.toFixed(1)} s`,
    `lost ${countLost(results)}`,
  ].join(', ')
}

function titled(title: string, rows: string[][], leftColumns = 1): string[] {
  return ['', title, ...formatTable(rows, leftColumns).map(line => `  ${line}`)]
}

function figures({ sockets, connect, idle, ping, push, storm, catchUp }: SocketsResults): string[][] {
  const perSocket = (cpuMs: number | undefined, seconds: number) =>
    `${formatNumber(((cpuMs ?? 0) * 1_000) / sockets / seconds)} µs of the gateway per connection and second`
  return [
    [
      'connects',
      `${formatNumber(sockets / connect.seconds)} per second, handshake ${tell(connect.handshakeMs)}`,
    ],
    ['', tellFailures(connect.failures)],
    [`idle ${idle.seconds} s`, perSocket(idle.cpuMs.gateway, idle.seconds)],
    [`a ping each in ${ping.seconds} s`, perSocket(ping.cpuMs.gateway, ping.seconds)],
    ['', ping.missing > 0 ? `${ping.missing} pings without a pong` : ''],
    [`push at ${push.rate}/s`, `${tell(push.pushMs)}; lost ${push.lost}, failed ${push.failed}`],
    ['', push.behind ? 'the system fell behind, and the load was given up' : ''],
    [
      'storm',
      `first back ${formatNumber(storm.firstBackSeconds)} s, last ${formatNumber(storm.allBackSeconds)} s`,
    ],
    ['', `away ${tell(storm.awayMs)}; handshake ${tell(storm.handshakeMs)}; ${tellFailures(storm.failures)}`],
    [
      'catch-up',
      `${storm.accepted} messages accepted meanwhile, ${storm.pushed} pushed, ${catchUp.missed} found by ${catchUp.behind} users`,
    ],
    ['', `lists of ${catchUp.sampled} users held against what was sent: ${catchUp.differing} differ`],
  ].filter(([, text]) => text !== '')
}

function memory({ memory: moments }: SocketsResults): string[][] {
  return [
    ['', 'RSS', 'heap used', 'external'],
    ...moments.map(({ when, rss, heapUsed, external }) => [
      when,
      ...[rss, heapUsed, external].map(formatNumber),
    ]),
  ]
}

function cpu({ connect, idle, ping, push, storm }: SocketsResults): string[][] {
  const phases = { connect, idle, ping, push, storm }
  const names = [...new Set(Object.values(phases).flatMap(({ cpuMs }) => Object.keys(cpuMs)))]
  return [
    ['', ...names],
    ...Object.entries(phases).map(([phase, { cpuMs }]) => [
      phase,
      ...names.map(name => formatNumber((cpuMs[name] ?? 0) / 1_000)),
    ]),
  ]
}

function bounds(results: SocketsResults): string[][] {
  return buildBounds(results).map(({ name, must, measured }) => [
    name,
    `≤ ${must}`,
    formatNumber(measured),
    measured <= must ? 'ok' : 'missed',
  ])
}

function tell(spread: Spread | undefined): string {
  const values = [spread?.p50, spread?.p95, spread?.p99].map(formatNumber)
  return `p50/p95/p99 ${values.join(' / ')} ms`
}

function tellFailures(failures: Failures): string {
  const counts = Object.entries(failures).map(([reason, count]) => `${count} ${reason}`)
  return counts.length === 0 ? 'no failed attempts' : `failed attempts: ${counts.join(', ')}`
}
