import { totalmem } from 'node:os'
import pg from 'pg'
import { type Postgres, startPostgres } from '../../../../infra/local/postgres.ts'

export type ServerSettings = Record<string, string>

/** For loading much into new tables, whose contents then need no log. Whatever is committed is on disk all the same. */
export const SEEDING: ServerSettings = {
  ...{ wal_level: 'minimal', max_wal_senders: '0', max_wal_size: '8GB', checkpoint_timeout: '1h' },
  ...{ shared_buffers: '1GB', maintenance_work_mem: '1GB', work_mem: '512MB', autovacuum: 'off' },
}

/**
 * Durable, and with the buffers that PostgreSQL's manual advises: a quarter of the memory. Its log has room for what is
 * measured between two checkpoints: one that came in between would count for the size whose turn it is.
 */
export function measuring(buffers: string | undefined): ServerSettings {
  return {
    shared_buffers: buffers ?? `${Math.floor(totalmem() / 4 / 2 ** 20)}MB`,
    ...{ min_wal_size: `${LOG_MEGABYTES}MB`, max_wal_size: `${2 * LOG_MEGABYTES}MB` },
  }
}

export const LOG_MEGABYTES = 2_048

/** A durable server with these settings and no others. Stops when `signal` fires, whatever it is doing. */
export async function startServer(
  dataDir: string,
  settings: ServerSettings,
  signal: AbortSignal,
): Promise<Postgres> {
  signal.throwIfAborted()
  const configuring = await startPostgres({ dataDir, port: 0 })
  try {
    await query(configuring.url, [
      'ALTER SYSTEM RESET ALL',
      ...Object.entries(settings).map(([name, value]) => `ALTER SYSTEM SET ${name} = '${value}'`),
    ])
  } finally {
    await configuring.stop()
  }
  signal.throwIfAborted()
  const server = await startPostgres({ dataDir, port: 0 })
  const stop = () => void server.stop()
  signal.addEventListener('abort', stop, { once: true })
  return {
    ...server,
    async [Symbol.asyncDispose]() {
      signal.removeEventListener('abort', stop)
      await server.stop()
    },
  }
}

export function urlOf(server: Postgres, database: string): string {
  return Object.assign(new URL(server.url), { pathname: `/${database}` }).href
}

/** Runs statements one by one; gives the rows of the last. */
export async function query<Row extends pg.QueryResultRow>(
  url: string,
  statements: (string | pg.QueryConfig)[],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    let rows: Row[] = []
    for (const statement of statements) rows = (await client.query<Row>(statement)).rows
    return rows
  } finally {
    await client.end()
  }
}
