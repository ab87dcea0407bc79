import { type RawBuilder, sql } from 'kysely'

/**
 * Rows as a table expression `unnest(…) WITH ORDINALITY AS input(…, ordinal)`: one array parameter a column,
 * so that the statement's text, and with it its plan, is the same for any number of rows.
 */
export function unnestRows<Row extends object>(
  rows: Row[],
  types: { [Column in keyof Row]-?: string },
): RawBuilder<unknown> {
  const columns = Object.keys(types) as (keyof Row & string)[]
  const arrays = columns.map(
    column => sql`${rows.map(row => row[column] ?? null)}::${sql.raw(types[column])}[]`,
  )
  const names = sql.join([...columns, 'ordinal'].map(name => sql.ref(name)))
  return sql`unnest(${sql.join(arrays)}) WITH ORDINALITY AS input(${names})`
}
