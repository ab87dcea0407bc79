import { acceptTyping } from '../../../shared/contract/accept-command.ts'
import { typingBody } from '../../../shared/contract/requests.ts'
import type { IngressDeps, Route } from '../context.ts'
import { readBody, readId } from '../read-request.ts'

/** `POST /conversations/:id/typing`: passed on, never stored. */
export function setTyping(deps: IngressDeps): Route {
  return async function setTypingRoute(c) {
    const conversationId = readId(c)
    const { isTyping } = await readBody(c, typingBody)
    await deps.conversations.requireParticipant(conversationId, c.var.userId)
    await deps.commands.send(acceptTyping(c.var.userId, { conversationId, isTyping }), c.var.traceparent)
    return c.json({ success: true }, 202)
  }
}
