import pg from 'pg'

/** "Cached plan must not change result type": a migration came between. */
const PLAN_IS_OUTDATED = '0A000'

/**
 * Keeps the plan of every statement that has parameters: it is parsed and planned once per connection. Only for users
 * whose statements are few, whatever they carry: arrays, not lists of placeholders. A connection whose plans a
 * migration has made useless is closed.
 */
export class PreparingClient extends pg.Client {
  // biome-ignore lint/suspicious/noExplicitAny: query has many overloads
  override query(statement: any, values?: any, callback?: any): any {
    if (typeof statement !== 'string' || !Array.isArray(values) || values.length === 0)
      return super.query(statement, values, callback)
    const result = super.query({ name: nameOf(statement), text: statement, values }, callback)
    result?.catch?.((error: { code?: string }) => {
      if (error.code === PLAN_IS_OUTDATED) this.connection.stream.destroy()
    })
    return result
  }
}

const names = new Map<string, string>()

function nameOf(text: string): string {
  const known = names.get(text)
  if (known !== undefined) return known
  const name = `chat_${names.size + 1}`
  names.set(text, name)
  return name
}
