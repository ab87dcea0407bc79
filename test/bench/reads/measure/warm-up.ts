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

/**
 * What is measured is a connection that has been open for a while: the system maps the server's memory into its process
 * as it first touches each page, a microsecond or two for each, and among 10 million messages nearly every block is touched
 * first. Servers with huge pages pay for each 512th.
 */
export async function touchBlocks(pool: pg.Pool): Promise<void> {
  await pool.query('CREATE EXTENSION IF NOT EXISTS pageinspect')
  await pool.query(
    `SELECT count(get_raw_page(oid::regclass::text, block))
     FROM pg_class, generate_series(0, pg_relation_size(oid) / current_setting('block_size')::int - 1) AS block
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')`,
  )
}

/** A server that has been up for a while writes its log over files it has; a new one makes them, which costs as much again. */
export async function fillLog(pool: pg.Pool): Promise<void> {
  await pool.query(
    `SELECT count(pg_logical_emit_message(false, 'bench:reads', repeat('x', 1048576))) FROM generate_series(1, $1::int)`,
    [LOG_MEGABYTES],
  )
}
