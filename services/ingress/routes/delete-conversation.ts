import { acceptCommand } from '../../../shared/contract/accept-command.ts'
import { notFound } from '../../../shared/contract/problems.ts'
import { findConversation } from '../../../shared/database/queries/find-conversation.ts'
import { answer } from '../answer.ts'
import type { IngressDeps, Route } from '../context.ts'
import { limit } from '../limit.ts'
import { readId } from '../read-request.ts'
import { sendAndWait } from '../send-and-wait.ts'

/** `DELETE /conversations/:id`: for the caller, with all it holds now. */
export function deleteConversation(deps: IngressDeps): Route {
  return async function deleteConversationRoute(c) {
    limit(deps, c, 'writes')
    const conversationId = readId(c)
    const found = await findConversation(deps.db, conversationId, c.get('userId'))
    if (!found || found.hidden) throw notFound('conversation')
    const data = { upToSeq: found.conversation.lastSeq }
    const isStored = await sendAndWait(deps, c, options =>
      acceptCommand(c.get('userId'), conversationId, { type: 'conversation.delete', data }, options),
    )
    return isStored ? answer(c, 204) : answer(c, 202, { success: true })
  }
}
