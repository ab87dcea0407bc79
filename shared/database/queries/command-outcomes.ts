import { type Kysely, sql } from 'kysely'
import type { CommandOutcome } from '../../contract/commands.ts'
import type { Database } from '../schema.ts'
import { unnestRows } from '../unnest-rows.ts'

/** Of the commands asked for, those that are through. */
export async function findCommandOutcomes(
  db: Kysely<Database>,
  commandIds: string[],
): Promise<Map<string, CommandOutcome>> {
  const { rows } = await sql<{ command_id: string; outcome: CommandOutcome }>`
    SELECT command_id, outcome FROM chat_command_outcomes WHERE command_id = ANY(${commandIds}::uuid[])`.execute(
    db,
  )
  return new Map(rows.map(row => [row.command_id, row.outcome]))
}

/** The first outcome of a command stands: a redelivery finds it already there. */
export async function insertCommandOutcomes(
  db: Kysely<Database>,
  outcomes: { commandId: string; outcome: CommandOutcome }[],
): Promise<void> {
  const rows = outcomes.map(({ commandId, outcome }) => ({
    command_id: commandId,
    outcome: JSON.stringify(outcome),
  }))
  await sql`
    INSERT INTO chat_command_outcomes (command_id, outcome)
    SELECT command_id, outcome FROM ${unnestRows(rows, { command_id: 'uuid', outcome: 'jsonb' })}
    ON CONFLICT (command_id) DO NOTHING`.execute(db)
}

/** Nobody waits longer than ten seconds. */
export async function deleteOldCommandOutcomes(db: Kysely<Database>): Promise<void> {
  await sql`DELETE FROM chat_command_outcomes WHERE created_at < now() - interval '10 minutes'`.execute(db)
}
