import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import { expect, test } from 'vitest'
import { redeemTicket } from '../../shared/connections/redeem-ticket.ts'
import { createTicketsTable } from '../../shared/connections/tickets-table.ts'
import { CREDENTIALS, startTable } from './connections-fixture.ts'
import { createIngress } from './ingress-harness.ts'

const ADA = 1
const UNUSED = { db: {} as never, commands: {} as never }

test('POST /ws-tickets gives a ticket that stands for the caller and ends with the token', async () => {
  await using store = await startTable()
  const { call, logged } = createIngress({ ...UNUSED, tickets: store.tickets })
  const { status, body } = await call(ADA, 'POST', '/ws-tickets')
  expect(status).toBe(201)
  const { ticket, expiresAt } = body.data
  expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(60_000)
  expect(logged.join('')).not.toContain(ticket)
  const identity = await redeemTicket(store.tickets, ticket)
  expect(identity.userId).toBe(ADA)
  const tokenLifetimeMs = (identity.expiresAt as Date).getTime() - Date.now()
  expect(tokenLifetimeMs).toBeGreaterThan(500_000)
  expect(tokenLifetimeMs).toBeLessThanOrEqual(600_000)
})

test('two tickets are never the same', async () => {
  await using store = await startTable()
  const { call } = createIngress({ ...UNUSED, tickets: store.tickets })
  const answers = await Promise.all(Array.from({ length: 20 }, () => call(ADA, 'POST', '/ws-tickets')))
  expect(new Set(answers.map(({ body }) => body.data.ticket)).size).toBe(20)
})

test('who asks for tickets without end gets as many as sockets may be opened, and leaves no more behind', async () => {
  await using store = await startTable()
  const { call } = createIngress({
    ...UNUSED,
    tickets: store.tickets,
    rates: { RATE_LIMIT_SOCKETS: '5/60' },
  })
  const answers = await Promise.all(Array.from({ length: 50 }, () => call(ADA, 'POST', '/ws-tickets')))
  const given = answers.filter(({ status }) => status === 201)
  const refused = answers.filter(({ status }) => status === 429)
  expect([given.length, refused.length]).toEqual([5, 45])
  for (const { headers, body } of refused) expect(headers.get('retry-after')).toBe(String(body.retryAfter))
  const { Count } = await store.tickets.client.send(new ScanCommand({ TableName: store.tickets.name }))
  expect(Count).toBe(5)
})

test('while the store of tickets is away, the answer is 503 with Retry-After', async () => {
  const endpoint = 'http://127.0.0.1:1'
  const client = new DynamoDBClient({
    endpoint,
    region: 'eu-central-1',
    credentials: CREDENTIALS,
    maxAttempts: 1,
  })
  const { call } = createIngress({ ...UNUSED, tickets: createTicketsTable(client) })
  const { status, headers } = await call(ADA, 'POST', '/ws-tickets')
  expect([status, headers.get('retry-after')]).toEqual([503, '2'])
})
