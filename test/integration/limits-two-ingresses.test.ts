import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { ingressConfig } from '../../services/ingress/config.ts'
import { startIngress } from '../../services/ingress/start.ts'
import { readConfig } from '../../shared/config.ts'
import { createLogger } from '../../shared/logger.ts'
import { createTestAws } from '../support/test-aws.ts'
import { createTestDatabase } from '../support/test-database.ts'
import { tokenOf } from './ingress-harness.ts'

const JWT_SECRET = 'a-secret-for-tests-of-32-characters!'
const LIMIT = 12
const A_ROUND = 2
const [ADA, BEN, CLEO] = [1, 2, 3]

let stack: AsyncDisposableStack
let settings: Record<string, string>

beforeAll(async () => {
  stack = new AsyncDisposableStack()
  const aws = stack.use(await createTestAws())
  const { url } = stack.use(await createTestDatabase())
  const environment = {
    ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
    AWS_ENDPOINT_URL: inject('awsEndpointUrl'),
    AWS_ENDPOINT_URL_DYNAMODB: inject('dynamoDbEndpointUrl'),
  }
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  settings = {
    ...{ ...environment, DATABASE_URL: url, JWT_SECRET, HOST: '127.0.0.1', PORT: '0' },
    ...{ CHAT_RESOURCE_PREFIX: aws.prefix, MEDIA_ORIGINS: 'http://127.0.0.1/media/' },
    ...{ RATE_LIMIT_SENDS: `${LIMIT}/3600`, RATE_LIMIT_SENDS_TO_ONE: 'off' },
  }
})

afterAll(async () => {
  await stack.disposeAsync()
  vi.unstubAllEnvs()
})

async function startOne(store: string) {
  const config = readConfig(ingressConfig, { ...settings, LIMIT_STORE: store })
  const ingress = await startIngress(config, createLogger('ingress', 'silent'))
  return {
    async send(userId: number): Promise<number> {
      const response = await fetch(`http://127.0.0.1:${ingress.port}/api/v1/chat/messages`, {
        method: 'POST',
        headers: { authorization: `Bearer ${await tokenOf(userId)}`, 'content-type': 'application/json' },
        body: JSON.stringify({ recipientId: BEN, contentType: 'text', textContent: 'hi' }),
      })
      return response.status
    },
    [Symbol.asyncDispose]: () => ingress[Symbol.asyncDispose](),
  }
}

const A_SECOND_MS = 1_200

/** So many of the user's messages each of two ingresses takes, which he sends to in turn. */
async function countTaken(store: string, userId: number, pauseMs: number) {
  await using first = await startOne(store)
  await using second = await startOne(store)
  const taken = [0, 0]
  for (let round = 0; round < 7; round++) {
    for (const [index, ingress] of [first, second].entries()) {
      for (let n = 0; n < A_ROUND; n++) {
        const status = await ingress.send(userId)
        expect([202, 429]).toContain(status)
        if (status === 202) taken[index] = (taken[index] ?? 0) + 1
        else break
      }
    }
    await new Promise(resolve => setTimeout(resolve, pauseMs))
  }
  return taken
}

test('in memory, each of two ingresses gives a user all of his limit', async () => {
  expect(await countTaken('memory', ADA, 0)).toEqual([LIMIT, LIMIT])
})

test('with a shared store, two ingresses together give him his limit, and once half of it and what he sends in a second', async () => {
  const [first = 0, second = 0] = await countTaken('dynamodb', CLEO, A_SECOND_MS)
  expect(first + second).toBeGreaterThanOrEqual(LIMIT)
  expect(first + second).toBeLessThanOrEqual(LIMIT + LIMIT / 2 + A_ROUND)
})
