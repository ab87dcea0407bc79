import { LRUCache } from 'lru-cache'
import { notFound } from '../../shared/contract/problems.ts'
import type { DatabaseHandle } from '../../shared/database/connect.ts'
import { userExists } from '../../shared/database/queries/user-exists.ts'
import { ifReachable } from './if-reachable.ts'

const MAX_REMEMBERED = 50_000

export interface UserDirectory {
  /** 404 for a user who does not exist. */
  requireUser(userId: number): Promise<void>
}

/**
 * Tells a mistyped recipient at once. The persister has the last word: a user deleted since, or asked for while the
 * database is away, is let through here.
 */
export function createUserDirectory(db: DatabaseHandle['db']): UserDirectory {
  const remembered = new LRUCache<number, true>({ max: MAX_REMEMBERED })
  return {
    async requireUser(userId) {
      if (remembered.has(userId)) return
      const exists = await ifReachable(userExists(db, userId))
      if (exists === false) throw notFound('recipient')
      if (exists) remembered.set(userId, true)
    },
  }
}
