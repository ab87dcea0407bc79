import { type ChatEvent, chatEvent } from '../../shared/contract/events.ts'

/** An event, or why there is none in this body. The reason names paths, never contents. */
export function parseEvent(body: string): { event: ChatEvent } | { reason: string } {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return { reason: 'not JSON' }
  }
  const result = chatEvent.safeParse(value)
  if (result.success) return { event: result.data }
  const [issue] = result.error.issues
  return { reason: `not a known event: ${issue?.path.join('.')}: ${issue?.message}` }
}
