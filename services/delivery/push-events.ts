/**
 * Takes in: events in the queue's order, and the connections of their audiences.
 * Guarantees: a connection gets its events in that order; connections do not wait for each other; gone ones are
 * removed from the registry; one that missed an event is closed, so that its client catches up; an event is
 * serialised once.
 * Gives out: the events that must come again, because the push endpoint is away.
 */
import type { PushError } from '../../shared/connections/connection-errors.ts'
import type { Push } from '../../shared/connections/push.ts'
import type { ChatEvent } from '../../shared/contract/events.ts'
import { frameOf } from '../../shared/contract/frames.ts'
import { describeError } from '../../shared/errors.ts'
import type { Logger } from '../../shared/logger.ts'
import type { MediaSigner } from '../../shared/media/media-signer.ts'
import { startSpan, type TraceContext, traceIdOf } from '../../shared/tracing.ts'
import { acceptToPush, pushesCounter } from './delivery-metrics.ts'
import { showsMedia, withSignedMedia } from './sign-media.ts'

export interface PushDeps {
  push: Push
  removeGone(userId: number, connectionId: string): Promise<void>
  disconnect(connectionId: string): Promise<void>
  signer: MediaSigner
  logger: Logger
}

/** The trace that an event belongs to. */
export type TraceOf = (event: ChatEvent) => TraceContext | undefined

interface Target {
  userId: number
  connectionId: string
  events: ChatEvent[]
}

interface Failure {
  event: ChatEvent
  connectionId: string
  error: PushError
}

export async function pushEvents(
  events: ChatEvent[],
  connections: Map<number, string[]>,
  deps: PushDeps,
  traceOf: TraceOf,
): Promise<Map<ChatEvent, PushError>> {
  const payloads = await buildMediaPayloads(events, deps.signer)
  const payloadOf = (event: ChatEvent) => {
    const payload = payloads.get(event) ?? encode(event)
    payloads.set(event, payload)
    return payload
  }
  const results = await Promise.all(
    targetsOf(events, connections).map(target => pushInOrder(target, payloadOf, deps, traceOf)),
  )
  const failures = results.flatMap(result => result.failures)
  // An answer for one connection shows that the endpoint is there: then the failures are those connections' own.
  const isEndpointAway = failures.length > 0 && !results.some(result => result.wasAnswered)
  const unseen = isEndpointAway ? failures : await disconnectBehind(failures, deps, traceOf)
  pushesCounter('failed').inc(unseen.length)
  pushesCounter('dropped').inc(failures.length - unseen.length)
  return new Map(unseen.map(({ event, error }) => [event, error]))
}

function encode(event: ChatEvent): string {
  return JSON.stringify(frameOf(event))
}

/** Only what shows media has addresses to sign. */
async function buildMediaPayloads(events: ChatEvent[], signer: MediaSigner): Promise<Map<ChatEvent, string>> {
  const payloads = new Map<ChatEvent, string>()
  for (const event of events)
    if (showsMedia(event)) payloads.set(event, encode(await withSignedMedia(event, signer)))
  return payloads
}

/**
 * A connection that missed an event is closed: its client connects again and catches up, where it would otherwise
 * not know. Gives the failures of connections that could not be closed.
 */
async function disconnectBehind(
  failures: Failure[],
  { disconnect, logger }: PushDeps,
  traceOf: TraceOf,
): Promise<Failure[]> {
  const behind = [...Map.groupBy(failures, failure => failure.connectionId)]
  const unseen = await Promise.all(
    behind.map(async ([connectionId, missed]) => {
      const context = { connectionId, ...describe(missed, traceOf) }
      try {
        await disconnect(connectionId)
        logger.warn(context, 'closed a connection that missed events')
        return []
      } catch (cause) {
        logger.warn({ ...context, cause: describeError(cause) }, 'could not close a connection')
        return missed
      }
    }),
  )
  return unseen.flat()
}

/** The first event tells where to look. */
function describe(missed: Failure[], traceOf: TraceOf) {
  const { event, error } = missed[0] as Failure
  const ids = { eventId: event.id, conversationId: event.subject, traceId: traceIdOf(traceOf(event)) }
  return { ...ids, missed: missed.length, error: describeError(error) }
}

function targetsOf(events: ChatEvent[], connections: Map<number, string[]>): Target[] {
  const targets = new Map<string, Target>()
  for (const event of events) {
    for (const userId of new Set(event.data.audience)) {
      for (const connectionId of connections.get(userId) ?? []) {
        const target = targets.get(connectionId)
        if (target) target.events.push(event)
        else targets.set(connectionId, { userId, connectionId, events: [event] })
      }
    }
  }
  return [...targets.values()]
}

async function pushInOrder(
  { userId, connectionId, events }: Target,
  payloadOf: (event: ChatEvent) => string,
  { push, removeGone, logger }: PushDeps,
  traceOf: TraceOf,
): Promise<{ wasAnswered: boolean; failures: Failure[] }> {
  let wasAnswered = false
  const failures: Failure[] = []
  for (const [index, event] of events.entries()) {
    const span = startSpan('client', 'push', traceOf(event))
    span?.set({
      'http.request.method': 'POST',
      'chat.event.id': event.id,
      'chat.event.type': event.type,
      'chat.connection.id': connectionId,
    })
    try {
      const outcome = await push(connectionId, payloadOf(event))
      wasAnswered = true
      pushesCounter(outcome).inc()
      span?.set({ 'chat.outcome': outcome })
      span?.end()
      if (outcome === 'gone') {
        await removeGone(userId, connectionId).catch(error =>
          logger.warn(
            { connectionId, traceId: traceIdOf(traceOf(event)), error: describeError(error) },
            'could not remove a gone connection',
          ),
        )
        break
      }
      acceptToPush.observe((Date.now() - acceptedAt(event)) / 1000)
    } catch (caught) {
      const error = caught as PushError
      span?.end(error)
      if (error.code === 'too_large') wasAnswered = true
      failures.push({ event, connectionId, error })
      if (error.code !== 'unavailable') continue
      // Each attempt may take its full time: what follows for this connection would fail the same way.
      failures.push(...events.slice(index + 1).map(later => ({ event: later, connectionId, error })))
      break
    }
  }
  return { wasAnswered, failures }
}

function acceptedAt(event: ChatEvent): number {
  const isMessage = event.type === 'co.growzone.chat.message.created'
  return Date.parse(isMessage ? event.data.message.createdAt : event.time)
}
