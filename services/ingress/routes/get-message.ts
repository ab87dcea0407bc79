import { notFound } from '../../../shared/contract/problems.ts'
import { findMessage } from '../../../shared/database/queries/find-message.ts'
import { answer } from '../answer.ts'
import type { IngressDeps, Route } from '../context.ts'
import { readId } from '../read-request.ts'

/** `GET /messages/:id` */
export function getMessage({ db, signer }: IngressDeps): Route {
  return async function getMessageRoute(c) {
    const message = await findMessage(db, readId(c), c.get('userId'))
    if (!message) throw notFound('message')
    return answer(c, 200, { data: await signer.message(message) })
  }
}
