import { acceptCommand } from '../../../shared/contract/accept-command.ts'
import { notFound } from '../../../shared/contract/problems.ts'
import { findConversation } from '../../../shared/database/queries/find-conversation.ts'
import type { IngressDeps, Route } from '../context.ts'
import { readId } from '../read-request.ts'
import { sendAndWait } from '../send-and-wait.ts'

/** `DELETE /conversations/:id`: for the caller, with all it holds now. */
export function deleteConversation(deps: IngressDeps): Route {
  return async function deleteConversationRoute(c) {
    const conversationId = readId(c)
    const found = await findConversation(deps.db, conversationId, c.var.userId)
    if (!found || found.hidden) throw notFound('conversation')
    const data = { upToSeq: found.conversation.lastSeq }
    const isStored = await sendAndWait(deps, c, options =>
      acceptCommand(c.var.userId, conversationId, { type: 'conversation.delete', data }, options),
    )
    return isStored ? c.body(null, 204) : c.json({ success: true }, 202)
  }
}
