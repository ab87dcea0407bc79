import type pg from 'pg'
import { LOG_MEGABYTES } from '../seed/start-server.ts'

/** What is measured is a server that has been up for a while, not its disk. */
export async function warmUp(pool: pg.Pool): Promise<void> {
  await pool.query('CREATE EXTENSION IF NOT EXISTS pg_prewarm')
  // First into the memory of the system, then as far as they go into the server's own.
  for (const mode of ['read', 'buffer'])
    await pool.query(
      `SELECT sum(pg_prewarm(oid, $1)) FROM pg_class
       WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')`,
      [mode],
    )
}

/** A server that has been up for a while writes its log over files it has; a new one makes them, which costs as much again. */
export async function fillLog(pool: pg.Pool): Promise<void> {
  await pool.query(
    `SELECT count(pg_logical_emit_message(false, 'bench:reads', repeat('x', 1048576))) FROM generate_series(1, $1::int)`,
    [LOG_MEGABYTES],
  )
}
