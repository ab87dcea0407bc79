import { notFound } from '../../../shared/contract/problems.ts'
import { listChangesQuery } from '../../../shared/contract/queries.ts'
import { listChanges as list } from '../../../shared/database/queries/list-changes.ts'
import { answer } from '../answer.ts'
import type { IngressDeps, Route } from '../context.ts'
import { readId, readQuery } from '../read-request.ts'

/**
 * `GET /conversations/:id/changes`: gap-free catch-up. `nextAfter` is the version to ask from next, whether there is
 * more or not. Answers for a conversation that the caller deleted too, so that another device learns of it.
 */
export function listChanges({ db, signer }: IngressDeps): Route {
  return async function listChangesRoute(c) {
    const conversationId = readId(c)
    const { after, limit } = readQuery(c, listChangesQuery)
    const page = await list(db, { conversationId, viewer: c.get('userId'), after, limit })
    if (!page) throw notFound('conversation')
    const { changes, hasMore, clearedSeq } = page
    return answer(c, 200, {
      data: await Promise.all(changes.map(signer.message)),
      page: { hasMore, nextAfter: changes.at(-1)?.version ?? after, clearedSeq },
    })
  }
}
