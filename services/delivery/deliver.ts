/**
 * Takes in: receives of `chat-deliveries.fifo`.
 * Guarantees: every connection of an event's audience is pushed to, in the order of its conversation; what cannot be
 * read is dead and holds up nobody; while registry or push endpoint is away events wait, for ten minutes each, since
 * a push is a hint that `version` and `changes` heal.
 * Gives out: one outcome per message.
 */
import * as z from 'zod'
import { type ChatEvent, chatEvent } from '../../shared/contract/events.ts'
import {
  DONE,
  type HandleMessages,
  type Outcome,
  type QueueMessage,
} from '../../shared/messaging/fifo-consumer.ts'
import { type ParsedBody, parseBody } from '../../shared/messaging/parse-body.ts'
import { type TraceContext, traceIdOf } from '../../shared/tracing.ts'
import { eventsCounter } from './delivery-metrics.ts'
import { joinLookups } from './join-lookups.ts'
import { type PushDeps, pushEvents, type TraceOf } from './push-events.ts'

/** Generated code for sound events; what is unsound goes through the schema itself. */
const compiledEvent = z.compile(chatEvent)

/** An event that could not be pushed for so long is given up; one that waited for its first attempt has all of it. */
const MAX_RETRY_MS = 10 * 60_000
const MAX_TYPING_AGE_MS = 5_000

export interface DeliveryDeps extends PushDeps {
  findConnections(userIds: Iterable<number>): Promise<Map<number, string[]>>
}

export function createDelivery(deps: DeliveryDeps): HandleMessages {
  const findConnections = joinLookups(deps.findConnections)
  const isLogged = deps.logger.isLevelEnabled('debug')

  return async messages => {
    const parsed = messages.map(({ body }) => parseBody(compiledEvent, body))
    const due: ChatEvent[] = []
    const traces = new Map<ChatEvent, TraceContext | undefined>()
    for (const [index, result] of parsed.entries()) {
      if (!result.ok || isStale(result.value)) continue
      due.push(result.value)
      traces.set(result.value, messages[index]?.trace)
    }
    const failed = await deliver(due, event => traces.get(event))
    const heldUp = new Map<string, unknown>()
    return parsed.map((result, index) => {
      const { groupId, trace, firstReceivedAt } = messages[index] as QueueMessage
      const outcome = heldUp.has(groupId)
        ? ({ status: 'retry', error: heldUp.get(groupId) } as const)
        : outcomeOf(result, failed, firstReceivedAt)
      if (outcome.status === 'retry') heldUp.set(groupId, outcome.error)
      if (result.ok && isLogged) logHandled(result.value, trace, outcome)
      return outcome
    })
  }

  /** The events that must come again, with the reason. */
  async function deliver(events: ChatEvent[], traceOf: TraceOf): Promise<Map<ChatEvent, unknown>> {
    if (events.length === 0) return new Map()
    try {
      const connections = await findConnections(new Set(events.flatMap(({ data }) => data.audience)))
      return await pushEvents(events, connections, deps, traceOf)
    } catch (error) {
      return new Map(events.map(event => [event, error]))
    }
  }

  function logHandled(event: ChatEvent, trace: TraceContext | undefined, { status }: Outcome): void {
    const ids = { eventId: event.id, conversationId: event.subject, traceId: traceIdOf(trace) }
    deps.logger.debug({ ...ids, type: event.type, status }, 'event handled')
  }
}

function outcomeOf(
  result: ParsedBody<ChatEvent>,
  failed: Map<ChatEvent, unknown>,
  firstReceivedAt: Date,
): Outcome {
  if (!result.ok) {
    eventsCounter('invalid').inc()
    return { status: 'dead', reason: result.reason }
  }
  const event = result.value
  if (!failed.has(event)) {
    eventsCounter(isStale(event) ? 'stale' : 'delivered').inc()
    return DONE
  }
  const isExpired = Date.now() - firstReceivedAt.getTime() > MAX_RETRY_MS
  eventsCounter(isExpired ? 'expired' : 'retried').inc()
  return isExpired ? DONE : { status: 'retry', error: failed.get(event) }
}

function isStale(event: ChatEvent): boolean {
  return event.type === 'co.growzone.chat.typing.changed' && ageMs(event) > MAX_TYPING_AGE_MS
}

function ageMs(event: ChatEvent): number {
  return Date.now() - Date.parse(event.time)
}
