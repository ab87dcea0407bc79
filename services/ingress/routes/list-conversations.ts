import { z } from 'zod'
import { ProblemError } from '../../../shared/contract/problems.ts'
import {
  type ConversationCursor,
  listConversations as list,
} from '../../../shared/database/queries/list-conversations.ts'
import type { IngressDeps, Route } from '../context.ts'
import { limitQuery, readQuery } from '../read-request.ts'

const query = z.object({
  limit: limitQuery(20),
  cursor: z.string().max(500).optional(),
  archived: z.enum(['true', 'false']).default('false'),
})

const cursorSchema = z.object({
  pinned: z.boolean(),
  activity: z.string().regex(/^[\d .:+-]+$/),
  id: z.uuid(),
})

/** `GET /conversations`: those in the archive only when asked for. */
export function listConversations({ db }: IngressDeps): Route {
  return async function listConversationsRoute(c) {
    const { limit, cursor, archived } = readQuery(c, query)
    const page = await list(db, {
      viewer: c.var.userId,
      limit,
      archived: archived === 'true',
      cursor: cursor === undefined ? undefined : readCursor(cursor),
    })
    const nextCursor = page.nextCursor ? writeCursor(page.nextCursor) : null
    return c.json({ data: page.conversations, page: { nextCursor, hasMore: nextCursor !== null } })
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
