import * as z from 'zod'
import { uuid } from '../../shared/contract/identifiers.ts'
import { ProblemError, parseRequest } from '../../shared/contract/problems.ts'
import type { IngressContext } from './context.ts'
import { readBytes } from './read-bytes.ts'
import { requirePlainBytes } from './require-plain-bytes.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** The JSON body of a request, validated. 415 for another type, 413, 400 for no JSON, 422 for what does not fit. */
export async function readBody<T extends z.ZodType>(c: IngressContext, schema: T): Promise<z.infer<T>> {
  const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase() ?? ''
  if (type !== 'application/json' && !type.endsWith('+json')) {
    throw new ProblemError(415, 'the body must be application/json')
  }
  requirePlainBytes(c.req.header('content-encoding'))
  const bytes = await readBytes(c)
  let json: unknown
  try {
    json = JSON.parse(utf8.decode(bytes))
  } catch (error) {
    throw new ProblemError(400, 'the body is not valid JSON', { cause: error })
  }
  return parseRequest(schema, json)
}

/** The `:id` of the path. */
export function readId(c: IngressContext): string {
  return parseRequest(z.object({ id: uuid }), { id: c.req.param('id') }).id
}

export function readQuery<T extends z.ZodType>(c: IngressContext, schema: T): z.infer<T> {
  const given = Object.entries(c.req.query()).filter(([, value]) => value !== '')
  return parseRequest(schema, Object.fromEntries(given))
}
