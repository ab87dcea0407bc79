import { v5, validate, version } from 'uuid'
import { expect, test } from 'vitest'
import {
  conversationIdOf,
  deriveId,
  messageIdOfKey,
  newId,
  timeOfId,
  userId,
  uuid,
} from '../../shared/contract/identifiers.ts'

test('a conversation has the same id whoever of the two asks', () => {
  expect(conversationIdOf(7, 12)).toBe(conversationIdOf(12, 7))
})

test('the ids of conversations never change: stored rows and other systems know them', () => {
  expect(conversationIdOf(1, 2)).toBe('8c4dfa5a-f166-53a9-9d32-8a094a5ffdc6')
})

test.each(['', '1', 'Grüße, \u{1F600}', 'x'.repeat(1_000)])(
  'a derived id is the UUIDv5 of its parts: %j',
  part => {
    expect(deriveId('a', part)).toBe(v5(`a:${part}`, '6d1f2c1e-6f0b-5a57-9d3c-5b0a0f6f7a11'))
  },
)

test('pairs that look alike when written down have different ids', () => {
  const ids = [
    conversationIdOf(1, 23),
    conversationIdOf(12, 3),
    conversationIdOf(1, 2),
    conversationIdOf(2, 23),
  ]
  expect(new Set(ids).size).toBe(ids.length)
})

test.each([
  [1, 1],
  [2 ** 31 - 1, 2 ** 31 - 1],
  ['12', 12],
  ['0012', 12],
  ['2147483647', 2147483647],
])('%j is user %j', (given, expected) => {
  expect(userId.parse(given)).toBe(expected)
})

test.each([
  0,
  -1,
  2 ** 31,
  1.5,
  Number.NaN,
  Infinity,
  '0',
  '-1',
  '2147483648',
  '99999999999',
  '1.5',
  '1e3',
  '0x1',
  ' 1',
  '',
  'abc',
  true,
  null,
  undefined,
  [1],
  {},
])('%j is no user', given => {
  expect(userId.safeParse(given).success).toBe(false)
})

test('ids are read in any case and kept in lower case, as PostgreSQL prints them', () => {
  const id = newId()
  expect(uuid.parse(id.toUpperCase())).toBe(id)
})

test.each([
  '',
  'abc',
  `${newId()}0`,
  newId().slice(1),
  `{${newId()}}`,
  newId().replaceAll('-', ''),
  12,
  null,
])('%j is no UUID', given => {
  expect(uuid.safeParse(given).success).toBe(false)
})

test('new ids are UUIDv7, each another: those made later sort later', () => {
  const before = Date.now()
  const ids = Array.from({ length: 1_000 }, newId)
  const times = ids.map(id => timeOfId(id) as number)
  expect(new Set(ids).size).toBe(ids.length)
  expect(times.toSorted((a, b) => a - b)).toEqual(times)
  expect(times[0]).toBeGreaterThanOrEqual(before)
  expect(times.at(-1)).toBeLessThanOrEqual(Date.now())
  for (const id of ids) expect([validate(id), version(id), id === id.toLowerCase()]).toEqual([true, 7, true])
})

test('a derived id follows from its parts and their order alone', () => {
  expect(deriveId('a', 1)).toBe(deriveId('a', '1'))
  expect(deriveId('a', 1)).not.toBe(deriveId(1, 'a'))
})

test('an idempotency key that is a UUID is the message id itself', () => {
  const id = newId()
  expect(messageIdOfKey(1, id.toUpperCase())).toBe(id)
})

test('any other idempotency key stands for one message of its sender', () => {
  expect(messageIdOfKey(1, 'tap-42')).toBe(messageIdOfKey(1, 'tap-42'))
  expect(messageIdOfKey(1, 'tap-42')).not.toBe(messageIdOfKey(2, 'tap-42'))
  expect(messageIdOfKey(1, 'tap-42')).not.toBe(messageIdOfKey(1, 'tap-43'))
  expect(uuid.safeParse(messageIdOfKey(1, 'Schlüssel 🔑')).success).toBe(true)
})
