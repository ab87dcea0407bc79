import pg from 'pg'
import { sleep } from '../lifecycle.ts'

/** The key of an advisory lock of this database: "grow" as a number, and which of our locks. */
const LOCK_CLASS = 0x67726f77
const LOCK_ID = 1
const POLL_MS = 250

/** Held until it is disposed of, or its connection ends. */
export interface MigrationLock extends AsyncDisposable {
  /** Who keeps a session of this database from the lock that it waits for, in words; nothing where nobody does. */
  describeBlockers(pid: number): Promise<string | undefined>
}

/**
 * Waits until no other migrator is at work on the database. It asks again and again, for a statement that waits has a
 * snapshot, and CREATE INDEX CONCURRENTLY of the other would wait for that in turn.
 */
export async function takeMigrationLock(
  connection: pg.ClientConfig,
  { waitMs, log }: { waitMs: number; log: (line: string) => void },
): Promise<MigrationLock> {
  const client = new pg.Client(connection)
  client.on('error', () => {})
  await client.connect()
  try {
    await pollForLock(client, waitMs, log)
  } catch (error) {
    await client.end()
    throw error
  }
  return {
    describeBlockers: pid => describeSessions(client, 'SELECT unnest(pg_blocking_pids($1)) AS pid', [pid]),
    [Symbol.asyncDispose]: () => client.end(),
  }
}

async function pollForLock(client: pg.Client, waitMs: number, log: (line: string) => void): Promise<void> {
  const endsAt = performance.now() + waitMs
  for (let isFirst = true; ; isFirst = false) {
    const { rows } = await client.query('SELECT pg_try_advisory_lock($1, $2) AS is_ours', [
      LOCK_CLASS,
      LOCK_ID,
    ])
    if (rows[0].is_ours) return
    const holder = await describeSessions(client, HOLDERS, [LOCK_CLASS, LOCK_ID])
    const who = `another migrator is at work on this database${holder ? ` (${holder})` : ''}`
    if (performance.now() >= endsAt)
      throw new Error(
        `${who}; waited ${Math.round(waitMs / 1000)} s and changed nothing; run migrate again when it is done`,
      )
    if (isFirst) log(`${who}; waiting`)
    await sleep(POLL_MS)
  }
}

const HOLDERS = `
  SELECT pid FROM pg_locks
  WHERE locktype = 'advisory' AND granted AND classid = $1::int8::oid AND objid = $2::int8::oid
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`

/** What may be seen of sessions: their number always, more only by accounts that may look at others. */
async function describeSessions(
  client: pg.Client,
  pids: string,
  values: number[],
): Promise<string | undefined> {
  const { rows } = await client.query<{ pid: number; name: string | null; seconds: number | null }>(
    `SELECT pid, nullif(application_name, '') AS name, extract(epoch FROM now() - xact_start)::int AS seconds
     FROM (${pids}) AS wanted LEFT JOIN pg_stat_activity USING (pid) ORDER BY pid`,
    values,
  )
  if (rows.length === 0) return undefined
  return rows
    .map(({ pid, name, seconds }) =>
      [`pid ${pid}`, name, seconds !== null && `in a transaction for ${seconds} s`].filter(Boolean).join(' '),
    )
    .join(', ')
}
