import { wellFormedRequestId } from '../request-id.ts'
import { traceIdOf } from '../tracing.ts'
import type { QueueMessage } from './queue-calls.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The ids by which a message that did not go through is found in all logs. Its body is read only then. */
export function describeMessage({ id, groupId, receiveCount, body, trace }: QueueMessage) {
  return {
    messageId: id,
    conversationId: groupId,
    ...idsIn(body),
    traceId: traceIdOf(trace),
    attempt: receiveCount,
  }
}

/** A CloudEvent, or else a command; of what is neither, nothing. */
function idsIn(body: string): { commandId?: string; eventId?: string; requestId?: string | undefined } {
  try {
    const { id, specversion, requestId } = JSON.parse(body)
    if (typeof id !== 'string' || !UUID.test(id)) return {}
    return specversion === undefined
      ? { commandId: id, requestId: wellFormedRequestId(requestId) }
      : { eventId: id }
  } catch {
    return {}
  }
}
