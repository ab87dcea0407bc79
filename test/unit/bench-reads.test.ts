import { describe, expect, test } from 'vitest'
import { BUSIEST_USER, CONVERSATIONS, shapeDatabase } from '../bench/reads/database-shape.ts'
import { readExplanation, statementsOf } from '../bench/reads/measure/explain.ts'
import { WRITE_CASES } from '../bench/reads/measure/measure-writes.ts'
import { READ_CASES } from '../bench/reads/measure/read-cases.ts'
import { chooseBatch } from '../bench/reads/measure/store-batch.ts'
import { nameOfSize, readOptions } from '../bench/reads/options.ts'
import { neededBytes } from '../bench/reads/preconditions.ts'
import { judgeRead, judgeWrite } from '../bench/reads/results.ts'
import { createRandom } from '../faults/random.ts'

test('without options there are two sizes, of which the smaller comes first', () => {
  expect(readOptions([])).toEqual({
    ...{ sizes: [100_000, 10_000_000], samples: 600, writes: 20_000 },
    ...{ buffers: undefined, plans: false, only: undefined, dataDir: undefined, jsonFile: undefined },
  })
  expect(readOptions(['--only', 'seed', '--data', 'here'])).toMatchObject({ only: 'seed', dataDir: 'here' })
  expect(readOptions(['--sizes', '1m,50k,1M,1000000'])).toMatchObject({ sizes: [50_000, 1_000_000] })
  expect([100_000, 10_000_000, 123_456].map(nameOfSize)).toEqual(['100k', '10m', '123456'])
})

describe('a bad option is told in one line that names it', () => {
  test.each([
    [['--sizes', '10'], '--sizes'],
    [['--sizes', '100k,'], '--sizes'],
    [['--sizes', '1g'], '--sizes'],
    [['--sizes', '101m'], '--sizes'],
    [['--samples', '0'], '--samples'],
    [['--buffers', '128'], '--buffers'],
    [['--buffers', "1MB' x"], '--buffers'],
    [['--writes', 'many'], '--writes'],
    [['--only', 'plans'], '--only'],
    [['--only', 'seed'], '--data'],
    [['--what'], '--what'],
    [['more'], 'more'],
  ])('%j', (args, named) => {
    expect(() => readOptions(args)).toThrow(named)
    expect(() => readOptions(args)).not.toThrow(/\n/)
  })
})

test('ten million messages need room for their indexes too, unless they are there already', () => {
  expect(neededBytes([100_000, 10_000_000])).toBeGreaterThan(8e9)
  const spare = neededBytes([])
  expect(neededBytes([10_000_000], 4e9)).toBe(spare + 3e9)
  expect(neededBytes([10_000_000], 9e9)).toBe(spare)
})

describe.each([50_000, 100_000, 1_000_000, 10_000_000, 20_000_000])('a database of %d messages', size => {
  const { conversations, users, ordinaryUsers } = shapeDatabase(size)
  const [largest] = conversations

  test('has all conversations, of different pairs of users that exist, and exactly its messages', () => {
    expect(conversations).toHaveLength(CONVERSATIONS)
    const pairs = conversations.map(({ participant1, participant2 }) => `${participant1}:${participant2}`)
    expect(new Set(pairs).size).toBe(CONVERSATIONS)
    expect(conversations.every(({ participant1, participant2 }) => participant1 < participant2)).toBe(true)
    expect(Math.max(...conversations.map(({ participant2 }) => participant2))).toBeLessThanOrEqual(users)
    expect(conversations.reduce((sum, { messages }) => sum + messages, 0)).toBe(size)
  })

  test('has a tenth of them in one conversation, and a user with 5,000 conversations on both sides', () => {
    expect((largest?.messages ?? 0) / size).toBeCloseTo(0.1, 2)
    const asFirst = conversations.filter(({ participant1 }) => participant1 === BUSIEST_USER)
    const asSecond = conversations.filter(({ participant2 }) => participant2 === BUSIEST_USER)
    expect([asFirst.length, asSecond.length]).toEqual([2_500, 2_500])
    expect([...asFirst, ...asSecond].every(({ messages }) => messages >= 3)).toBe(true)
    const cleared = conversations.filter(conversation => conversation.cleared > 0)
    expect(cleared).toHaveLength(625)
    expect(cleared.every(({ messages, cleared }) => messages - cleared === 1)).toBe(true)
  })

  test('has ordinary users with ten conversations that hold more than a page each', () => {
    expect(ordinaryUsers.last).toBeGreaterThan(ordinaryUsers.first + 5)
    for (const user of [ordinaryUsers.first, ordinaryUsers.last]) {
      const own = conversations.filter(
        ({ participant1, participant2 }) => participant1 === user || participant2 === user,
      )
      expect(own).toHaveLength(10)
      expect(own.every(({ messages }) => messages >= 90)).toBe(true)
    }
  })
})

const conversation = { id: '0196f0f0-0000-7000-8000-000000000001', participant1: 1, participant2: 2 }
const known = { ...conversation, lastSeq: 90, version: 180 }
const POPULATION = {
  ...{ largest: known, ordinary: [known], read: [known], pairs: [conversation] },
  ordinaryUsers: { first: 1, last: 2 },
  cursors: [{ pinned: false, activity: '2025-10-20 12:34:56.123456+00', id: conversation.id }],
}

test('messages of one commit are of different conversations', () => {
  const pairs = Array.from({ length: 50 }, (_, n) => ({ id: `${n}`, participant1: n, participant2: n + 1 }))
  const batch = chooseBatch({ ...POPULATION, pairs }, 50, createRandom(1))
  expect(new Set(batch.map(message => message.conversation_id)).size).toBe(50)
})

test('every read is one statement, and so is a commit of plain messages', async () => {
  const random = createRandom(1)
  for (const readCase of READ_CASES)
    expect(
      await statementsOf(
        readCase.choose({ ...POPULATION, largest: { ...known, lastSeq: 1_000, version: 2_000 } }, random),
      ),
    ).toHaveLength(1)
  for (const { store, statements } of WRITE_CASES) {
    const sent = await statementsOf(db => store(db, chooseBatch(POPULATION, 1, random)))
    // BEGIN and COMMIT go past what is listened to here.
    expect(sent).toHaveLength(statements > 1 ? statements - 2 : 1)
  }
})

test('the server’s time is planning and execution, its blocks those of both', () => {
  expect(
    readExplanation({
      ...{ 'Planning Time': 0.5, 'Execution Time': 2 },
      Planning: { 'Shared Hit Blocks': 3, 'Shared Read Blocks': 1 },
      Plan: { 'Shared Hit Blocks': 10, 'Shared Read Blocks': 4 },
    }),
  ).toEqual({ serverMs: 2.5, planningMs: 0.5, hitBlocks: 13, readBlocks: 5 })
})

const spread = (p95: number) => ({ p50: 0, p95, p99: p95, max: p95 })
const read = (boundMs: number, ...p95s: number[]) =>
  judgeRead({
    name: 'read',
    boundMs,
    figures: p95s.map(p95 => ({
      ...{ size: 1, serverMs: spread(p95), planningMs: spread(0), clientMs: spread(0) },
      ...{ hitBlocks: 0, readBlocks: 0, wrong: 0, slowest: { text: '', parameters: [] } },
    })),
  })

test('a read reaches its bound when it is quick at every size, and not much slower at the largest', () => {
  expect(read(5, 1, 1.5)).toEqual({ ratio: 1.5, isReached: true })
  expect(read(5, 1, 1.6).isReached).toBe(false)
  expect(read(5, 4, 5.1).isReached).toBe(false)
  expect(read(5, 3)).toEqual({ ratio: undefined, isReached: true })
})

test('inserts reach theirs when they are nearly as fast at the largest size', () => {
  const insert = (...speeds: number[]) =>
    judgeWrite({
      name: '40 a commit',
      figures: speeds.map(messagesPerSecond => ({
        ...{ size: 1, messagesPerSecond, commitMs: spread(1), walBytesPerMessage: 1, wrong: 0 },
      })),
    }).isReached
  expect(insert(1_000, 800)).toBe(true)
  expect(insert(1_000, 790)).toBe(false)
})
