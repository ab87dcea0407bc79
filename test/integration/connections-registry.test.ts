import { afterAll, beforeAll, expect, test } from 'vitest'
import { addConnection } from '../../shared/connections/add-connection.ts'
import { createConnectionsTable } from '../../shared/connections/connections-table.ts'
import { findConnections } from '../../shared/connections/find-connections.ts'
import { removeConnection, removeGoneConnection } from '../../shared/connections/remove-connection.ts'
import { touchConnection } from '../../shared/connections/touch-connection.ts'
import { startTable, type TestTable } from './connections-fixture.ts'

const MINUTE_MS = 60_000
let fixture: TestTable
let lastUserId = 0

beforeAll(async () => {
  fixture = await startTable()
})
afterAll(() => fixture[Symbol.asyncDispose]())

const newUser = () => ++lastUserId
const ago = (milliseconds: number) => new Date(Date.now() - milliseconds)
const find = async (userId: number) =>
  (await findConnections(fixture.table, [userId])).get(userId)?.toSorted()

async function add(userId: number, connectionId: string, connectedAt = new Date()) {
  await addConnection(fixture.table, { userId, connectionId, connectedAt })
}

test('finds every device of every user asked for in one look-up', async () => {
  const [ada, bob, nobody] = [newUser(), newUser(), newUser()]
  await add(ada, 'phone=')
  await add(ada, 'tablet=')
  await add(bob, 'laptop=')
  const found = await findConnections(fixture.table, [ada, bob, nobody, ada])
  expect(new Map([...found].map(([user, ids]) => [user, ids.toSorted()]))).toEqual(
    new Map([
      [ada, ['phone=', 'tablet=']],
      [bob, ['laptop=']],
    ]),
  )
})

test('keeps all of many devices that connect at once', async () => {
  const user = newUser()
  const ids = Array.from({ length: 20 }, (_, index) => `c${String(index).padStart(2, '0')}=`)
  await Promise.all(ids.map(id => add(user, id)))
  expect(await find(user)).toEqual(ids)
})

test('finds the connections of 250 users', async () => {
  const users = Array.from({ length: 250 }, newUser)
  await Promise.all(users.map(user => add(user, `of${user}=`)))
  const found = await findConnections(fixture.table, users)
  expect(found.size).toBe(250)
  expect(found.get(users[249] as number)).toEqual([`of${users[249]}=`])
})

test('looks nothing up for nobody', async () => {
  expect(await findConnections(fixture.table, [])).toEqual(new Map())
})

test('stores the fields of the contract, and an item that expires with its last connection', async () => {
  const user = newUser()
  const connectedAt = ago(MINUTE_MS)
  await add(user, 'a=', connectedAt)
  const item = await fixture.readItem(user)
  const expiresAt = Number(item?.expiresAt?.N)
  expect(expiresAt).toBeGreaterThan(connectedAt.getTime() / 1000 + 7200)
  expect(item?.['c#a=']?.M).toMatchObject({
    connectedAt: { S: connectedAt.toISOString() },
    lastPingAt: { S: expect.any(String) },
    expiresAt: { N: String(expiresAt) },
  })
  await add(user, 'b=')
  expect(Number((await fixture.readItem(user))?.expiresAt?.N)).toBeGreaterThan(expiresAt)
})

test('a removed connection is not found, the others are', async () => {
  const user = newUser()
  await add(user, 'a=')
  await add(user, 'b=')
  await removeConnection(fixture.table, user, 'a=')
  expect(await find(user)).toEqual(['b='])
})

test('removing what was never there leaves no item behind', async () => {
  const user = newUser()
  await removeConnection(fixture.table, user, 'a=')
  await removeGoneConnection(fixture.table, user, 'a=')
  expect(await fixture.readItem(user)).toBeUndefined()
})

test('a gone connection is removed, but not one so young that its handshake may be under way', async () => {
  const user = newUser()
  await add(user, 'old=', ago(MINUTE_MS))
  await add(user, 'young=')
  await removeGoneConnection(fixture.table, user, 'old=')
  await removeGoneConnection(fixture.table, user, 'young=')
  expect(await find(user)).toEqual(['young='])
})

test('an expired connection is not found, and the next one to connect sweeps it out', async () => {
  const user = newUser()
  await add(user, 'expired=', ago(3 * 60 * MINUTE_MS))
  expect(await find(user)).toBeUndefined()
  await add(user, 'new=')
  expect(Object.keys((await fixture.readItem(user)) ?? {}).toSorted()).toEqual([
    'c#new=',
    'expiresAt',
    'userId',
  ])
})

test('a ping notes its time, keeps the expiry, and brings back an entry that was removed', async () => {
  const user = newUser()
  const connection = { userId: user, connectionId: 'a=', connectedAt: ago(MINUTE_MS) }
  await addConnection(fixture.table, connection)
  const before = await fixture.readItem(user)
  await removeConnection(fixture.table, user, 'a=')
  await new Promise(resolve => setTimeout(resolve, 2))
  await touchConnection(fixture.table, connection)
  const after = await fixture.readItem(user)
  expect(after?.expiresAt).toEqual(before?.expiresAt)
  expect(after?.['c#a=']?.M?.connectedAt).toEqual(before?.['c#a=']?.M?.connectedAt)
  expect(String(after?.['c#a=']?.M?.lastPingAt?.S) > String(before?.['c#a=']?.M?.lastPingAt?.S)).toBe(true)
})

test('a table that does not exist is told as a rejection that no retry mends', async () => {
  const missing = createConnectionsTable(fixture.table.client, { prefix: 'other-' })
  await expect(findConnections(missing, [1])).rejects.toMatchObject({
    name: 'RegistryError',
    code: 'rejected',
    retryable: false,
  })
})
