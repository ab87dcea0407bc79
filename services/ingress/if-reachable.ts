import { isTransientDatabaseError } from '../../shared/database/database-errors.ts'

/** What a query gives, or undefined while the database is away: for what an accepted command does not depend on. */
export async function ifReachable<T>(query: Promise<T>): Promise<T | undefined> {
  try {
    return await query
  } catch (error) {
    if (isTransientDatabaseError(error)) return undefined
    throw error
  }
}
