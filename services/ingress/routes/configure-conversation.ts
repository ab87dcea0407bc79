import { acceptCommand } from '../../../shared/contract/accept-command.ts'
import { notFound } from '../../../shared/contract/problems.ts'
import { conversationSettingsBody } from '../../../shared/contract/requests.ts'
import { findConversation } from '../../../shared/database/queries/find-conversation.ts'
import type { IngressDeps, Route } from '../context.ts'
import { readBody, readId } from '../read-request.ts'
import { sendAndWait } from '../send-and-wait.ts'

/** `PATCH /conversations/:id`: the caller's own settings. */
export function configureConversation(deps: IngressDeps): Route {
  return async function configureConversationRoute(c) {
    const conversationId = readId(c)
    const settings = await readBody(c, conversationSettingsBody)
    await deps.conversations.requireParticipant(conversationId, c.var.userId)
    const isStored = await sendAndWait(deps, c, options =>
      acceptCommand(
        c.var.userId,
        conversationId,
        { type: 'conversation.configure', data: settings },
        options,
      ),
    )
    const found = await findConversation(deps.db, conversationId, c.var.userId)
    if (!found) throw notFound('conversation')
    return isStored ? c.json({ data: found.conversation }) : c.json({ success: true }, 202)
  }
}
