import { notFound } from '../../../shared/contract/problems.ts'
import { findConversation } from '../../../shared/database/queries/find-conversation.ts'
import { answer } from '../answer.ts'
import type { IngressDeps, Route } from '../context.ts'
import { readId } from '../read-request.ts'

/** `GET /conversations/:id` */
export function getConversation({ db, signer }: IngressDeps): Route {
  return async function getConversationRoute(c) {
    const found = await findConversation(db, readId(c), c.get('userId'))
    if (!found || found.hidden) throw notFound('conversation')
    return answer(c, 200, { data: await signer.conversation(found.conversation) })
  }
}
