import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { BASE_PATH } from '../../services/ingress/app.ts'
import { buildOpenApi } from '../../shared/contract/openapi/build-openapi.ts'

interface Response {
  $ref?: string
  headers?: Record<string, unknown>
  content?: Record<string, { schema: object }>
}
interface Document {
  paths: Record<string, Record<string, { operationId: string; responses: Record<string, Response> }>>
  components: { responses: Record<string, Response>; schemas: Record<string, object> }
}

const document = buildOpenApi(BASE_PATH) as unknown as Document
const ajv = new Ajv2020({ strict: false, allErrors: true })
addFormats.default(ajv)
const validators = new Map<object, ValidateFunction>()

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    method: method.toUpperCase(),
    pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    ...operation,
  })),
)

/** Throws when an answer is not one that `openapi.json` knows for its route. Paths that are no route may answer 401, 404 and 405. */
export function checkAnswer(
  method: string,
  path: string,
  answer: { status: number; headers: Headers; body: unknown },
): void {
  const [pathname = ''] = path.split('?')
  const operation = operations.find(known => known.method === method && known.pattern.test(pathname))
  const asked = `${method} ${path}: ${answer.status}`
  if (operation === undefined) {
    if (![401, 404, 405].includes(answer.status)) throw new Error(`${asked} of no documented route`)
    return
  }
  const response = operation.responses[answer.status]
  if (response === undefined) throw new Error(`${asked} is not documented for ${operation.operationId}`)
  const { headers = {}, content } = response.$ref
    ? (document.components.responses[response.$ref.split('/').at(-1) as string] as Response)
    : response
  for (const name of Object.keys(headers))
    if (!answer.headers.has(name)) throw new Error(`${asked} has no header ${name}`)
  const type = answer.headers.get('content-type')?.split(';')[0] ?? ''
  if (content === undefined) {
    if (answer.body !== undefined) throw new Error(`${asked} has a body`)
    return
  }
  const expected = content[type]
  if (expected === undefined) throw new Error(`${asked} is ${type || 'of no type'}`)
  const validate = validatorOf(expected.schema)
  if (!validate(answer.body)) throw new Error(`${asked}: ${ajv.errorsText(validate.errors)}`)
}

/** References within an answer lead to the document's components, so they come along. */
function validatorOf(schema: object): ValidateFunction {
  const known = validators.get(schema)
  if (known) return known
  const made = ajv.compile({ ...schema, components: { schemas: document.components.schemas } })
  validators.set(schema, made)
  return made
}
