import { notFound } from '../../../shared/contract/problems.ts'
import { listMessagesQuery } from '../../../shared/contract/queries.ts'
import { listMessages as list, type MessageRange } from '../../../shared/database/queries/list-messages.ts'
import { answer } from '../answer.ts'
import type { IngressDeps, Route } from '../context.ts'
import { readId, readQuery } from '../read-request.ts'

/** `GET /conversations/:id/messages`: newest first; with `after`, oldest first. */
export function listMessages({ db, signer }: IngressDeps): Route {
  return async function listMessagesRoute(c) {
    const conversationId = readId(c)
    const { limit, ...bounds } = readQuery(c, listMessagesQuery)
    const page = await list(db, { conversationId, viewer: c.get('userId'), limit, range: rangeOf(bounds) })
    if (!page) throw notFound('conversation')
    const lastSeq = page.hasMore ? (page.messages.at(-1)?.seq ?? null) : null
    const next =
      bounds.after === undefined ? { nextBefore: lastSeq } : { nextBefore: null, nextAfter: lastSeq }
    const data = await Promise.all(page.messages.map(signer.message))
    return answer(c, 200, { data, page: { hasMore: page.hasMore, ...next } })
  }
}

function rangeOf({
  offset,
  before,
  after,
}: {
  offset?: number | undefined
  before?: number | undefined
  after?: number | undefined
}): MessageRange {
  if (before !== undefined) return { before }
  if (after !== undefined) return { after }
  return { offset: offset ?? 0 }
}
