/**
 * The OpenAPI 3.1 document, made from the schemas that validate. `docs/openapi.json` is a copy for reviews.
 */
import type * as z from 'zod'
import { validationProblem } from '../examples.ts'
import { createSchemaWriter, type JsonSchema, type SchemaWriter } from '../json-forms.ts'
import { problem } from '../problems.ts'
import type { Answer, Operation } from './operation.ts'
import { OPERATIONS } from './operations.ts'

const ALWAYS = [401, 429, 500, 503] as const

const PROBLEMS: Record<number, string> = {
  400: 'The body cannot be read.',
  401: 'No token, or none that is valid.',
  404: 'Not there, or not the caller’s.',
  409: 'The id stands for another message.',
  413: 'The body is too large.',
  415: 'The body is of a type that is not taken.',
  422: 'Something does not fit; `errors` says what.',
  429: 'Too many; try again after `Retry-After` seconds.',
  500: 'A fault of ours.',
  503: 'A dependency is away; try again after `Retry-After` seconds.',
}

const HEADERS = {
  Prefer: {
    description:
      '`wait=<seconds>` (RFC 7240), at most 10: answers when the change is stored, or when the time is up. ' +
      'Other preferences are ignored.',
    schema: { type: 'string' },
    example: 'wait=5',
  },
  'Idempotency-Key': {
    description: 'The id of the message, or any text that stands for one. Empty means none.',
    schema: { type: 'string', maxLength: 255 },
  },
}

export function buildOpenApi(basePath: string): JsonSchema {
  const writer = createSchemaWriter()
  const problemSchema = writer.write(problem, 'output')
  const paths: Record<string, JsonSchema> = {}
  for (const operation of OPERATIONS) {
    const path = `${basePath}${operation.path}`
    paths[path] = { ...paths[path], [operation.method]: describe(operation, writer) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Growzone Chat',
      version: '1.0.0',
      description:
        'One-to-one chat. Writes are accepted and stored by a worker; `Prefer: wait` answers when they are. ' +
        'Bodies also take the snake_case spelling of every key.',
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    tags: ['conversations', 'messages', 'receipts', 'media', 'socket'].map(name => ({ name })),
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: writer.components,
      headers: {
        RequestId: {
          description: 'Given back when the request had a well-formed one, else made.',
          schema: { type: 'string' },
        },
        ...QUOTA_HEADERS,
      },
      responses: Object.fromEntries(
        Object.entries(PROBLEMS).map(([status, description]) => [
          `Problem${status}`,
          problemResponse(Number(status), description, problemSchema),
        ]),
      ),
    },
  }
}

function describe(operation: Operation, writer: SchemaWriter): JsonSchema {
  const { id, tag, summary, description, body, takesFile, answers } = operation
  const parameters = parametersOf(operation, writer)
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description && { description }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: writer.write(body.schema, 'input'),
            examples: Object.fromEntries(
              Object.entries(body.examples).map(([name, value]) => [name, { value }]),
            ),
          },
        },
      },
    }),
    ...(takesFile && { requestBody: { required: true, content: { 'multipart/form-data': FILE } } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, answer]) => [status, response(answer, writer)]),
      ),
      ...Object.fromEntries(
        problemsOf(operation).map(status => [status, { $ref: `#/components/responses/Problem${status}` }]),
      ),
    },
  }
}

const FILE = {
  schema: {
    type: 'object',
    properties: { file: { type: 'string', contentMediaType: 'application/octet-stream' } },
    required: ['file'],
  },
}

function problemsOf({ problems, query, body, takesFile, path }: Operation): number[] {
  const readsSomething = query || body || takesFile || path.includes('{id}')
  return [...ALWAYS, ...problems, ...(readsSomething ? [422] : [])].toSorted((a, b) => a - b)
}

function parametersOf({ path, query, headers = [] }: Operation, writer: SchemaWriter): JsonSchema[] {
  const id = { name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } }
  const queries = Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    ...(schema.description !== undefined && { description: schema.description }),
    // Empty means unset.
    allowEmptyValue: true,
    schema: writer.write(schema as z.ZodType, 'input'),
  }))
  const named = headers.map(name => ({ name, in: 'header', ...HEADERS[name] }))
  return [...(path.includes('{id}') ? [id] : []), ...queries, ...named]
}

/** Of the limit that is nearest to its end. */
const QUOTA_HEADERS = Object.fromEntries(
  Object.entries({
    'RateLimit-Limit': 'What the caller may do in a span of time.',
    'RateLimit-Remaining': 'What is left of it.',
    'RateLimit-Reset': 'Seconds until all of it is there again.',
  }).map(([name, description]) => [name, { description, schema: { type: 'integer' } }]),
)
const quotaHeaders = Object.fromEntries(
  Object.keys(QUOTA_HEADERS).map(name => [name, { $ref: `#/components/headers/${name}` }]),
)
const COMMON_HEADERS = { 'X-Request-Id': { $ref: '#/components/headers/RequestId' } }

function response({ description, schema, example }: Answer, writer: SchemaWriter): JsonSchema {
  return {
    description,
    headers: { ...COMMON_HEADERS, ...quotaHeaders },
    ...(schema && { content: { 'application/json': { schema: writer.write(schema, 'output'), example } } }),
  }
}

function problemResponse(status: number, description: string, schema: JsonSchema): JsonSchema {
  const header = (type: string) => ({ schema: { type } })
  return {
    description,
    headers: {
      ...COMMON_HEADERS,
      ...(status === 401 && { 'WWW-Authenticate': header('string') }),
      ...(status === 429 && quotaHeaders),
      ...((status === 429 || status === 503) && { 'Retry-After': header('integer') }),
    },
    content: {
      'application/problem+json': { schema, ...(status === 422 && { example: validationProblem }) },
    },
  }
}
