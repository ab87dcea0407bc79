import * as z from 'zod'
import { notFound } from '../../../shared/contract/problems.ts'
import { listMessages as list, type MessageRange } from '../../../shared/database/queries/list-messages.ts'
import { answer } from '../answer.ts'
import type { IngressDeps, Route } from '../context.ts'
import { limitQuery, readId, readQuery, wholeNumber } from '../read-request.ts'

const seq = wholeNumber(0, Number.MAX_SAFE_INTEGER)

const query = z
  .object({
    limit: limitQuery(50),
    offset: wholeNumber(0, 1_000_000).optional(),
    before: seq.optional(),
    after: seq.optional(),
  })
  .refine(
    ({ offset, before, after }) => [offset, before, after].filter(value => value !== undefined).length <= 1,
    'takes only one of offset, before and after',
  )

/** `GET /conversations/:id/messages`: newest first; with `after`, oldest first. */
export function listMessages({ db }: IngressDeps): Route {
  return async function listMessagesRoute(c) {
    const conversationId = readId(c)
    const { limit, ...bounds } = readQuery(c, query)
    const page = await list(db, { conversationId, viewer: c.get('userId'), limit, range: rangeOf(bounds) })
    if (!page) throw notFound('conversation')
    const lastSeq = page.hasMore ? (page.messages.at(-1)?.seq ?? null) : null
    const next =
      bounds.after === undefined ? { nextBefore: lastSeq } : { nextBefore: null, nextAfter: lastSeq }
    return answer(c, 200, { data: page.messages, page: { hasMore: page.hasMore, ...next } })
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
