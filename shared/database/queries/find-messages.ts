import { type Kysely, sql } from 'kysely'
import type { MessageRow } from '../message-row.ts'
import type { Database } from '../schema.ts'

/** Messages by id, whoever they belong to: for checks, never for the answers to others. */
export async function findMessages(db: Kysely<Database>, ids: string[]): Promise<Map<string, MessageRow>> {
  const { rows } = await sql<MessageRow>`SELECT * FROM messages WHERE id = ANY(${ids}::uuid[])`.execute(db)
  return new Map(rows.map(row => [row.id, row]))
}
