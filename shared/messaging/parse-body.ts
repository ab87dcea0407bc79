import type * as z from 'zod'

export type ParsedBody<T> = { ok: true; value: T } | { ok: false; reason: string }

/** Reads a queue message's body. The reason names what is wrong and where, never what was written there. */
export function parseBody<T extends z.ZodType>(schema: T, body: string): ParsedBody<z.infer<T>> {
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    return { ok: false, reason: 'not JSON' }
  }
  const result = schema.safeParse(json)
  if (result.success) return { ok: true, value: result.data }
  const issue = result.error.issues[0]
  return { ok: false, reason: `invalid: ${issue?.path.join('.') || 'body'}: ${issue?.message}` }
}
