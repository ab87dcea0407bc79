import * as z from 'zod'
import { ProblemError } from '../../../shared/contract/problems.ts'
import { listConversationsQuery } from '../../../shared/contract/queries.ts'
import {
  type ConversationCursor,
  listConversations as list,
} from '../../../shared/database/queries/list-conversations.ts'
import { answer } from '../answer.ts'
import type { IngressDeps, Route } from '../context.ts'
import { readQuery } from '../read-request.ts'

/** A moment as PostgreSQL prints it, `2025-10-20 12:34:56.123456+00`, and nothing that it cannot read again. */
const printedMoment = z
  .string()
  .regex(/^(?!0000)\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-](0\d|1[0-4])(:[0-5]\d)?$/)
  .refine(moment => z.iso.datetime().safeParse(`${moment.slice(0, 19).replace(' ', 'T')}Z`).success)

const cursorSchema = z.object({ pinned: z.boolean(), activity: printedMoment, id: z.uuid() })

/** `GET /conversations`: those in the archive only when asked for. */
export function listConversations({ db, signer }: IngressDeps): Route {
  return async function listConversationsRoute(c) {
    const { limit, cursor, archived } = readQuery(c, listConversationsQuery)
    const page = await list(db, {
      viewer: c.get('userId'),
      limit,
      archived: archived === 'true',
      cursor: cursor === undefined ? undefined : readCursor(cursor),
    })
    const nextCursor = page.nextCursor ? writeCursor(page.nextCursor) : null
    const data = await Promise.all(page.conversations.map(signer.conversation))
    return answer(c, 200, { data, page: { nextCursor, hasMore: nextCursor !== null } })
  }
}

function writeCursor(cursor: ConversationCursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url')
}

function readCursor(cursor: string): ConversationCursor {
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch (error) {
    const message = 'is not a cursor that this list gave'
    throw new ProblemError(422, `cursor: ${message}`, { errors: [{ path: 'cursor', message }], cause: error })
  }
}
