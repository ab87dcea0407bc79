import { Writable } from 'node:stream'
import { PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb'
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { issueTicket } from '../../shared/connections/issue-ticket.ts'
import { hashOfTicket } from '../../shared/connections/tickets-table.ts'
import { connectTo, type Gateway, refusalOf, startTestGateway, tokenOf } from './gateway-harness.ts'

let gateway: Gateway
let lastUserId = 500

beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const newUser = () => ++lastUserId
const urlOf = (ticket: string) => `${gateway.url}/?ticket=${ticket}`
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1_000)

/** As the table would hold it, with times of the test's choice. */
async function storeTicket(ticket: string, times: { ticketSeconds: number; tokenSeconds: number }) {
  const secondsOf = (seconds: number) => ({ N: String(Math.floor(inSeconds(seconds).getTime() / 1_000)) })
  await gateway.tickets.client.send(
    new PutItemCommand({
      TableName: gateway.tickets.name,
      Item: {
        ticketHash: { S: hashOfTicket(ticket) },
        userId: { N: String(newUser()) },
        expiresAt: secondsOf(times.ticketSeconds),
        tokenExpiresAt: secondsOf(times.tokenSeconds),
      },
    }),
  )
}

test('a ticket opens one socket, in the name of who asked for it, and no second one', async () => {
  const userId = newUser()
  const { ticket, expiresAt } = await issueTicket(gateway.tickets, { userId, expiresAt: inSeconds(600) })
  expect(ticket).toMatch(/^[\w-]{43}$/)
  expect(expiresAt.getTime()).toBeLessThanOrEqual(Date.now() + 60_000)
  const client = await connectTo(urlOf(ticket))
  client.send({ action: 'ping' })
  expect((await client.next()).type).toBe('pong')
  expect(await gateway.connectionsOf(userId)).toHaveLength(1)
  expect(await refusalOf(urlOf(ticket))).toBe(401)
  client.socket.close()
})

test('of many who come with the same ticket at once, one is let in', async () => {
  const { ticket } = await issueTicket(gateway.tickets, { userId: newUser() })
  const attempts = Array.from({ length: 8 }, () =>
    connectTo(urlOf(ticket)).then(
      client => client.socket.close(),
      () => 'refused',
    ),
  )
  expect((await Promise.all(attempts)).filter(outcome => outcome === 'refused')).toHaveLength(7)
})

test.each([
  ['unknown', 'A'.repeat(43)],
  ['empty', ''],
  ['malformed', 'not%20a%20ticket'],
  ['far too long', 'A'.repeat(5_000)],
])('a ticket that is %s is answered 401', async (_, ticket) => {
  expect(await refusalOf(urlOf(ticket))).toBe(401)
})

test.each([
  ['a ticket that has expired', { ticketSeconds: -1, tokenSeconds: 600 }],
  ['a ticket whose token has expired', { ticketSeconds: 30, tokenSeconds: -1 }],
])('%s is answered 401', async (_, times) => {
  const ticket = hashOfTicket(String(newUser()))
  await storeTicket(ticket, times)
  expect(await refusalOf(urlOf(ticket))).toBe(401)
})

test('a socket opened by a ticket ends with the token that gave it', async () => {
  const { ticket } = await issueTicket(gateway.tickets, { userId: newUser(), expiresAt: inSeconds(2) })
  const client = await connectTo(urlOf(ticket))
  expect(await client.closed).toEqual({ code: 4401, reason: 'Token expired' })
})

test('the table does not hold what opens a socket', async () => {
  const { ticket } = await issueTicket(gateway.tickets, { userId: newUser() })
  const { Items } = await gateway.tickets.client.send(new ScanCommand({ TableName: gateway.tickets.name }))
  expect(JSON.stringify(Items)).toContain(hashOfTicket(ticket))
  expect(JSON.stringify(Items)).not.toContain(ticket)
})

test('an expired ticket stays expired, however often it is tried', async () => {
  const ticket = hashOfTicket(String(newUser()))
  await storeTicket(ticket, { ticketSeconds: -1, tokenSeconds: 600 })
  expect([await refusalOf(urlOf(ticket)), await refusalOf(urlOf(ticket))]).toEqual([401, 401])
})

test('whatever becomes of a socket, neither its ticket nor its token comes into the log', async () => {
  const lines: string[] = []
  const log = new Writable({ write: (line, _, done) => done(void lines.push(String(line))) })
  let isAway = false
  await using watched = await startTestGateway({
    logger: pino({ level: 'trace' }, log),
    overrides: ({ connect }) => ({
      connect: event => (isAway ? Promise.reject(new Error('away')) : connect(event)),
    }),
  })
  const { ticket } = await issueTicket(watched.tickets, { userId: newUser() })
  const token = await tokenOf(newUser())
  for (const query of [`ticket=${ticket}`, `token=${token}`]) {
    const client = await connectTo(`${watched.url}/?${query}`)
    client.send('no frame')
    expect((await client.next()).type).toBe('error')
    client.socket.close()
    await client.closed
  }
  isAway = true
  expect(await refusalOf(`${watched.url}/?token=${token}`)).toBe(500)
  expect(await refusalOf(`${watched.url}/?ticket=${ticket}`)).toBe(401)
  expect(await refusalOf(`${watched.url}/?token=${token}x`)).toBe(401)
  expect(lines.join('')).toContain('could not admit a socket')
  for (const secret of [ticket, token, token.split('.')[2] as string])
    expect(lines.join('')).not.toContain(secret)
})
