import { acceptTyping } from '../../../shared/contract/accept-command.ts'
import { typingBody } from '../../../shared/contract/requests.ts'
import { answer } from '../answer.ts'
import type { IngressDeps, Route } from '../context.ts'
import { limit } from '../limit.ts'
import { readBody, readId } from '../read-request.ts'
import { sendCommand } from '../send-command.ts'

/** `POST /conversations/:id/typing`: passed on, never stored. */
export function setTyping(deps: IngressDeps): Route {
  return async function setTypingRoute(c) {
    limit(deps, c, 'typing')
    const conversationId = readId(c)
    const { isTyping } = await readBody(c, typingBody)
    await deps.conversations.requireParticipant(conversationId, c.get('userId'))
    await sendCommand(deps, c, acceptTyping(c.get('userId'), { conversationId, isTyping }))
    return answer(c, 202, { success: true })
  }
}
