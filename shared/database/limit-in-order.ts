import { type RawBuilder, sql } from 'kysely'

/**
 * A LIMIT for rows that an index has in their order. Were the number plain, and no more than the planner expects to find,
 * it would as well find all and sort them: of a conversation a thousand times as long as the average, a thousand times
 * too much. Of a number that it cannot see it takes it that there is far more.
 */
export function limitInOrder(count: number): RawBuilder<unknown> {
  return sql`LIMIT (SELECT ${count}::int)`
}
