import * as z from 'zod'
import { named } from './json-forms.ts'
import type { Problem } from './wire.ts'

export type { Problem } from './wire.ts'

/** RFC 9457 problem details, the body of every error answer. */
export const problem = named(
  'Problem',
  z.object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    instance: z.string().optional(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    retryAfter: z.int().optional(),
  }),
) satisfies z.ZodType<Problem>

const TITLES: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Validation Failed',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

const TYPES: Record<number, string> = {
  422: 'https://growzone.co/problems/validation',
  429: 'https://growzone.co/problems/too-many-requests',
}

/** An answer that is an error, thrown where it is known and written by the one error handler. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly status: number
  readonly headers: Record<string, string>
  readonly errors: Problem['errors']
  readonly retryAfter: number | undefined

  constructor(
    status: number,
    detail: string,
    options: {
      errors?: Problem['errors']
      headers?: Record<string, string>
      /** Seconds, for whom no header reaches. */
      retryAfter?: number
      cause?: unknown
    } = {},
  ) {
    super(detail, { cause: options.cause })
    this.status = status
    this.headers = options.headers ?? {}
    this.errors = options.errors
    this.retryAfter = options.retryAfter
  }
}

/** 422 for one member of what a client sent. */
export function invalid(path: string, message: string): ProblemError {
  return new ProblemError(422, `${path}: ${message}`, { errors: [{ path, message }] })
}

/** The problem object for a status; `about:blank` says that the title is that of the HTTP status (RFC 9457 §4.2.1). */
export function buildProblem(
  status: number,
  detail: string,
  errors?: Problem['errors'],
  instance?: string,
): Problem {
  return {
    type: TYPES[status] ?? 'about:blank',
    title: TITLES[status] ?? 'Error',
    status,
    detail,
    ...(instance !== undefined && { instance }),
    ...(errors && { errors }),
  }
}

/** The problem object of an error. */
export function toProblem({ status, message, errors, retryAfter }: ProblemError, instance?: string): Problem {
  const built = buildProblem(status, message, errors, instance)
  return retryAfter === undefined ? built : { ...built, retryAfter }
}

/** A body may hold hundreds of faults; an answer names the first of them. */
const MAX_ERRORS = 20

/** Parses what a client sent; 422 with the failing paths otherwise. */
export function parseRequest<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const errors = result.error.issues
    .slice(0, MAX_ERRORS)
    .map(issue => ({ path: issue.path.join('.'), message: issue.message }))
  throw new ProblemError(422, errors.map(error => `${error.path || 'body'}: ${error.message}`).join('; '), {
    errors,
  })
}

export function notFound(what: string): ProblemError {
  return new ProblemError(404, `${what} not found`)
}

/** 503 for a dependency that is away; the caller may simply try again. */
export function unavailable(what: string, cause?: unknown): ProblemError {
  return new ProblemError(503, `${what} is not available at the moment; try again`, {
    headers: { 'Retry-After': '2' },
    cause,
  })
}
