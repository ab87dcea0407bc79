import * as z from 'zod'

/** One route of the REST API: what it takes and every answer it may give. */
export interface Operation {
  id: string
  method: 'get' | 'post' | 'patch' | 'delete'
  /** Below the base path, with `{id}` for what follows from the conversation or message. */
  path: string
  tag: 'conversations' | 'messages' | 'receipts' | 'media' | 'socket'
  summary: string
  description?: string
  query?: z.ZodObject
  body?: { schema: z.ZodType; examples: Record<string, unknown> }
  /** A multipart form with one field `file`. */
  takesFile?: true
  headers?: ('Prefer' | 'Idempotency-Key')[]
  answers: Partial<Record<200 | 201 | 202 | 204, Answer>>
  /** Besides those that every route may give: 401, 429, 500, 503, and 422 where something is read. */
  problems: (400 | 404 | 409 | 413 | 415)[]
}

export interface Answer {
  description: string
  schema?: z.ZodType
  example?: unknown
}

/** What every route that reads a body may answer besides. */
export const BODY_PROBLEMS = [400, 413, 415] as const

export const data = <T extends z.ZodType>(schema: T) => z.object({ data: schema })
