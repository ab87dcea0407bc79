/** What the persister counts, records in traces and logs of the commands it stores; nothing of it changes what it does. */
import type { Logger } from '../../shared/logger.ts'
import { batchEntriesOf } from '../../shared/messaging/batch-metrics.ts'
import { Counter, Histogram, LATENCY_BUCKETS_SECONDS, remember } from '../../shared/metrics.ts'
import { wellFormedRequestId } from '../../shared/request-id.ts'
import { type Span, startBatchSpan, startSpan, traceIdOf } from '../../shared/tracing.ts'
import type { Result, Work } from './work.ts'

const commands = new Counter({
  name: 'chat_commands_total',
  help: 'Commands through the persister, by type and result: stored, or why it never can be',
  labelNames: ['type', 'result'],
})
const storedCounter = remember(type => commands.labels({ type, result: 'stored' }))

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

const commandsPerCommit = batchEntriesOf('commit')

/** One attempt to commit commands, which may be those of many receives. */
export async function observeCommit(
  works: Work[],
  attempt: number,
  store: () => Promise<Result[]>,
): Promise<Result[]> {
  const span = startBatchSpan('client', 'commit', () => works.map(({ trace }) => trace))
  span?.set({
    'db.system.name': 'postgresql',
    'db.operation.batch.size': works.length,
    'chat.attempt': attempt,
  })
  try {
    const results = await store()
    commandsPerCommit.observe(works.length)
    span?.end()
    return results
  } catch (error) {
    span?.end(error)
    throw error
  }
}

/** The way of one receive through the database, waiting included. */
export async function observeStore(
  works: Work[],
  store: () => Promise<Result[]>,
  logger: Logger,
): Promise<Result[]> {
  const spans = works.map(startStoreSpan)
  try {
    const results = await store()
    count(works, results)
    for (const [index, span] of spans.entries()) span?.end(errorOf(results[index]))
    if (logger.isLevelEnabled('debug')) logStored(works, results, logger)
    return results
  } catch (error) {
    for (const span of spans) span?.end(error)
    throw error
  }
}

function startStoreSpan({ command, trace }: Work): Span | undefined {
  const span = startSpan('internal', 'store', trace)
  span?.set({ 'chat.command.id': command.id, 'chat.command.type': command.type })
  return span
}

function errorOf(result: Result | undefined): Error | undefined {
  return result?.ok === false ? result.error : undefined
}

function count(works: Work[], results: Result[]): void {
  const now = Date.now()
  if (works.length > 0) commandsPerReceive.observe(works.length)
  for (const [index, { command }] of works.entries()) {
    const result = results[index]
    if (result?.ok) storedCounter(command.type).inc()
    else commands.inc({ type: command.type, result: result?.error.code ?? 'rejected' })
    storeLatency.observe((now - Date.parse(command.acceptedAt)) / 1000)
  }
}

function logStored(works: Work[], results: Result[], logger: Logger): void {
  for (const [index, { command, trace }] of works.entries()) {
    const result = results[index]
    const ids = {
      commandId: command.id,
      requestId: wellFormedRequestId(command.requestId),
      conversationId: command.conversationId,
      traceId: traceIdOf(trace),
      type: command.type,
    }
    if (result?.ok) logger.debug({ ...ids, eventIds: result.events.map(({ id }) => id) }, 'stored')
    else logger.debug({ ...ids, reason: result?.error.code }, 'refused')
  }
}
