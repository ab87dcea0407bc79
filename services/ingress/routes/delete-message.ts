import { acceptCommand } from '../../../shared/contract/accept-command.ts'
import { notFound } from '../../../shared/contract/problems.ts'
import { findMessage } from '../../../shared/database/queries/find-message.ts'
import { answer } from '../answer.ts'
import type { IngressDeps, Route } from '../context.ts'
import { limit } from '../limit.ts'
import { readId } from '../read-request.ts'
import { sendAndWait } from '../send-and-wait.ts'

/** `DELETE /messages/:id`: for the caller only. */
export function deleteMessage(deps: IngressDeps): Route {
  return async function deleteMessageRoute(c) {
    limit(deps, c, 'writes')
    const messageId = readId(c)
    const message = await findMessage(deps.db, messageId, c.get('userId'))
    if (!message) throw notFound('message')
    const isStored = await sendAndWait(deps, c, options =>
      acceptCommand(
        c.get('userId'),
        message.conversationId,
        { type: 'message.delete', data: { messageId } },
        options,
      ),
    )
    return isStored ? answer(c, 204) : answer(c, 202, { success: true })
  }
}
