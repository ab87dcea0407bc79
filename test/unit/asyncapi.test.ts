import { readFileSync } from 'node:fs'
import { Parser } from '@asyncapi/parser'
import { expect, test } from 'vitest'
import { actions } from '../../services/gateway/actions/actions.ts'
import { buildAsyncApi } from '../../shared/contract/asyncapi/build-asyncapi.ts'
import { clientActions, serverFrames } from '../../shared/contract/asyncapi/frames.ts'
import { faultOfFrame } from '../support/documented-frames.ts'

const document = buildAsyncApi()

test('docs/asyncapi.json says what the schemas say (npm run docs makes it anew)', () => {
  expect(JSON.parse(readFileSync('docs/asyncapi.json', 'utf8'))).toEqual(document)
})

test('the document is valid AsyncAPI 3', async () => {
  const { diagnostics } = await new Parser().parse(structuredClone(document) as never)
  const faults = diagnostics.filter(({ code }) => code !== 'asyncapi-latest-version')
  expect(faults.map(({ code, message, path }) => `${path.join('.')}: ${code} ${message}`)).toEqual([])
})

test('it has every action of the gateway, and no other', () => {
  expect(Object.keys(clientActions).toSorted()).toEqual([...actions.keys()].toSorted())
})

test('every example is what its schema asks for', () => {
  for (const [action, { data, example }] of Object.entries(clientActions))
    if (data) expect(data.safeParse(example), action).toMatchObject({ success: true })
  for (const [type, { example }] of Object.entries(serverFrames))
    expect(faultOfFrame({ type, data: example } as { type: string })).toBeUndefined()
})

test.each([
  ['an unknown type', { type: 'surprise', data: {} }, 'is no documented frame'],
  ['a member too many', { type: 'pong', data: { at: '2026-03-01T09:30:00.000Z', token: 'x' } }, 'additional'],
  ['a member too few', { type: 'typing', data: { isTyping: true } }, 'required'],
])('the check of frames sees %s', (_, frame, complaint) => {
  expect(faultOfFrame(frame)).toContain(complaint)
})
