import { Counter, Histogram, LATENCY_BUCKETS_SECONDS } from '../../shared/metrics.ts'
import type { Result, Work } from './work.ts'

const commands = new Counter({
  name: 'chat_commands_total',
  help: 'Commands through the persister, by type and result',
  labelNames: ['type', 'result'],
})

const storeLatency = new Histogram({
  name: 'chat_accept_to_store_seconds',
  help: 'Time from acceptance of a command until it is committed',
  buckets: LATENCY_BUCKETS_SECONDS,
})

const commandsPerReceive = new Histogram({
  name: 'chat_commands_per_receive',
  help: 'Commands in one receive',
  buckets: [1, 2, 5, 10],
})

export function observeStored(works: Work[], results: Result[]): void {
  const now = Date.now()
  if (works.length > 0) commandsPerReceive.observe(works.length)
  for (const [index, { command }] of works.entries()) {
    const result = results[index]
    commands.inc({ type: command.type, result: result?.ok ? 'stored' : (result?.error.code ?? 'rejected') })
    storeLatency.observe((now - Date.parse(command.acceptedAt)) / 1000)
  }
}
