import { readFileSync } from 'node:fs'
import SwaggerParser from '@apidevtools/swagger-parser'
import { expect, test } from 'vitest'
import { BASE_PATH, buildApp } from '../../services/ingress/app.ts'
import type { IngressDeps } from '../../services/ingress/context.ts'
import { buildOpenApi } from '../../shared/contract/openapi/build-openapi.ts'
import { OPERATIONS } from '../../shared/contract/openapi/operations.ts'
import { createLogger } from '../../shared/logger.ts'
import { checkAnswer } from '../support/documented-answers.ts'

const document = buildOpenApi(BASE_PATH)

test('docs/openapi.json says what the schemas say (npm run docs makes it anew)', () => {
  expect(JSON.parse(readFileSync('docs/openapi.json', 'utf8'))).toEqual(document)
})

test('the document is valid OpenAPI 3.1', async () => {
  await SwaggerParser.validate(structuredClone(document) as never)
})

const served = buildApp({ logger: createLogger('ingress', 'silent') } as IngressDeps).routes.map(
  ({ method, path }) => `${method} ${path}`,
)

test('it has every route of the API, and no other', () => {
  const routes = served.filter(route => route.includes(` ${BASE_PATH}/`))
  const documented = OPERATIONS.map(
    ({ method, path }) => `${method.toUpperCase()} ${BASE_PATH}${path.replaceAll('{id}', ':id')}`,
  )
  expect(documented.toSorted()).toEqual([...new Set(routes)].toSorted())
})

test('beside the API there are health, metrics and the documents, which ask for no token, and nothing else', () => {
  const others = served.filter(route => !route.includes(` ${BASE_PATH}/`))
  expect([...new Set(others)].toSorted()).toEqual([
    // What pages may load.
    'ALL /docs/*',
    'GET /asyncapi.json',
    'GET /docs',
    'GET /docs/favicon-32x32.png',
    'GET /docs/socket',
    'GET /docs/start.js',
    'GET /docs/swagger-ui-bundle.js',
    'GET /docs/swagger-ui.css',
    'GET /health/live',
    'GET /health/ready',
    'GET /metrics',
    'GET /openapi.json',
  ])
})

const ALWAYS_TOLD = {
  'x-request-id': 'a',
  ...{ 'ratelimit-limit': '60', 'ratelimit-remaining': '59', 'ratelimit-reset': '60' },
}

test('every example is what its schema asks for', () => {
  for (const { method, path, body, answers } of OPERATIONS) {
    for (const [name, example] of Object.entries(body?.examples ?? {}))
      expect(body?.schema.safeParse(example), `${method} ${path} ${name}`).toMatchObject({ success: true })
    for (const [status, { schema, example }] of Object.entries(answers)) {
      const headers = new Headers({
        ...ALWAYS_TOLD,
        ...(schema && { 'content-type': 'application/json' }),
      })
      checkAnswer(method.toUpperCase(), `${BASE_PATH}${path}`, {
        status: Number(status),
        headers,
        body: example,
      })
    }
  }
})

test.each([
  ['an undocumented status', { status: 418, body: undefined }, 'is not documented for getMessage'],
  ['a missing member', { status: 200, body: { data: { id: 'x' } } }, 'must have required property'],
  ['another content type', { status: 200, body: {}, type: 'text/html' }, 'is text/html'],
])('the check of answers sees %s', (_, { status, body, ...rest }, complaint) => {
  const type = 'type' in rest ? rest.type : 'application/json'
  const headers = new Headers({ ...ALWAYS_TOLD, 'content-type': type })
  const path = `${BASE_PATH}/messages/0195510a-7c00-7000-8000-000000000001`
  expect(() => checkAnswer('GET', path, { status, headers, body })).toThrow(complaint)
})
