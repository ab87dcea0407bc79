import { sql, type Transaction } from 'kysely'
import type { MessageRow } from '../message-row.ts'
import type { Database } from '../schema.ts'

/** Messages by id, whoever they belong to. */
export async function findMessages(
  trx: Transaction<Database>,
  ids: string[],
): Promise<Map<string, MessageRow>> {
  const { rows } = await sql<MessageRow>`SELECT * FROM messages WHERE id = ANY(${ids}::uuid[])`.execute(trx)
  return new Map(rows.map(row => [row.id, row]))
}
