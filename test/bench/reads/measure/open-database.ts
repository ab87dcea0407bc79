import { Kysely, PostgresDialect } from 'kysely'
import type pg from 'pg'
import { connectDatabase } from '../../../../shared/database/connect.ts'
import type { Database } from '../../../../shared/database/schema.ts'
import { shapeDatabase } from '../database-shape.ts'
import { type Population, readPopulation } from './population.ts'

/** A seeded database, with connections as the services have them. */
export interface OpenDatabase extends AsyncDisposable {
  readonly size: number
  readonly population: Population
  /** As the ingress reads. */
  readonly reader: CountingDatabase
  /** As the persister writes. */
  readonly writer: CountingDatabase
}

export interface CountingDatabase {
  readonly db: Kysely<Database>
  readonly pool: pg.Pool
  /** Statements sent so far through `db`. */
  statements(): number
}

const TIMEOUT_MS = 60_000

export async function openDatabase(url: string, size: number): Promise<OpenDatabase> {
  await using opening = new AsyncDisposableStack()
  const connect = (name: string, keepPlans: boolean): CountingDatabase => {
    const config = { DATABASE_URL: url, DATABASE_POOL_SIZE: 1, DATABASE_STATEMENT_TIMEOUT_MS: TIMEOUT_MS }
    const { pool } = opening.use(connectDatabase(config, name, { keepPlans }))
    let statements = 0
    const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }), log: () => void statements++ })
    return { db, pool, statements: () => statements }
  }
  const reader = connect('bench:reads reader', false)
  const writer = connect('bench:reads writer', true)
  const population = await readPopulation(reader.pool, shapeDatabase(size))
  const opened = opening.move()
  return { size, population, reader, writer, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}
