import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import type pg from 'pg'
import type { Database } from '../../../../shared/database/schema.ts'
import type { Call } from './read-cases.ts'

/** What the server says of one execution. */
export interface Explanation {
  /** Planned and executed, its rows written out as text. */
  serverMs: number
  planningMs: number
  /** Blocks of 8 kB found in shared buffers, and those that were not, planning included. */
  hitBlocks: number
  readBlocks: number
}

export interface Statement {
  text: string
  parameters: unknown[]
}

/** The statements of a call as they would be sent; nothing is. */
export async function statementsOf(call: Call): Promise<Statement[]> {
  const statements: Statement[] = []
  const db = new Kysely<Database>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: inner => new PostgresIntrospector(inner),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    log({ query }) {
      statements.push({ text: query.sql, parameters: [...query.parameters] })
    },
  })
  await call(db)
  return statements
}

/** Executes a statement, and lets the server tell its time; its clock is not read for every row. */
export async function explain(pool: pg.Pool, { text, parameters }: Statement): Promise<Explanation> {
  const { rows } = await pool.query(
    `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, SERIALIZE TEXT, FORMAT JSON) ${text}`,
    parameters,
  )
  return readExplanation(rows[0]['QUERY PLAN'][0])
}

interface Blocks {
  'Shared Hit Blocks'?: number
  'Shared Read Blocks'?: number
}

/** From EXPLAIN's JSON. A node's blocks include those of the nodes below it. */
export function readExplanation(explained: {
  'Planning Time': number
  'Execution Time': number
  Planning?: Blocks
  Plan: Blocks
}): Explanation {
  const parts = [explained.Planning ?? {}, explained.Plan]
  const sum = (name: keyof Blocks) => parts.reduce((total, part) => total + (part[name] ?? 0), 0)
  return {
    serverMs: explained['Planning Time'] + explained['Execution Time'],
    planningMs: explained['Planning Time'],
    hitBlocks: sum('Shared Hit Blocks'),
    readBlocks: sum('Shared Read Blocks'),
  }
}

/** The plan in words, with the time of every node. */
export async function explainInWords(pool: pg.Pool, { text, parameters }: Statement): Promise<string[]> {
  const { rows } = await pool.query(`EXPLAIN (ANALYZE, BUFFERS, SERIALIZE TEXT) ${text}`, parameters)
  return rows.map(row => row['QUERY PLAN'])
}

/** The plan that a connection keeps which does not look at the parameters; nothing is executed. */
export async function explainKept(pool: pg.Pool, text: string): Promise<string[]> {
  const { rows } = await pool.query(`EXPLAIN (GENERIC_PLAN) ${text}`)
  return rows.map(row => row['QUERY PLAN'])
}
