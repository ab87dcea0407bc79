import { acceptReceipt } from '../../../shared/contract/accept-command.ts'
import { receiptBody } from '../../../shared/contract/requests.ts'
import { answer } from '../answer.ts'
import type { IngressDeps, Route } from '../context.ts'
import { limit } from '../limit.ts'
import { readBody, readId } from '../read-request.ts'
import { sendAndWait } from '../send-and-wait.ts'

/** `POST /conversations/:id/read` and `POST /conversations/:id/delivered` */
export function markMessages(status: 'read' | 'delivered', deps: IngressDeps): Route {
  return async function markMessagesRoute(c) {
    limit(deps, c, 'writes')
    const conversationId = readId(c)
    const target = await readBody(c, receiptBody)
    await deps.conversations.requireParticipant(conversationId, c.get('userId'))
    const isStored = await sendAndWait(
      deps,
      c,
      options => acceptReceipt(c.get('userId'), status, conversationId, target, options),
      0,
    )
    return answer(c, isStored ? 200 : 202, { success: true })
  }
}
