import { afterEach, expect, test, vi } from 'vitest'
import { createGroupCommitter, type StoreCommands } from '../../services/persister/group-committer.ts'
import { type Result, refused, stored, type Work } from '../../services/persister/work.ts'
import { PermanentError } from '../../shared/errors.ts'
import { createLogger } from '../../shared/logger.ts'
import { ADA, BOB, sendCommand, workOf } from '../support/commands.ts'

const logger = createLogger('test', 'silent')
const makeWorks = (count: number) => Array.from({ length: count }, () => workOf(sendCommand(ADA, BOB)))
const resultOf = (work: Work): Result => stored(work.command.id, [])
const DEADLOCK = Object.assign(new Error('deadlock detected'), { code: '40P01' })
const NOT_STORABLE = Object.assign(new Error('invalid byte sequence'), { code: '22021' })
const ID_TAKEN = Object.assign(new Error('duplicate key'), { code: '23505' })

afterEach(() => {
  vi.useRealTimers()
})

function createCommitter(storeCommands: StoreCommands, signal = new AbortController().signal) {
  return createGroupCommitter(storeCommands, logger, signal)
}

/** Transactions that end when the test says so. */
function controlledStore() {
  const transactions: { works: Work[]; commit: () => void }[] = []
  const store: StoreCommands = works => {
    const { promise, resolve } = Promise.withResolvers<Result[]>()
    transactions.push({ works, commit: () => resolve(works.map(resultOf)) })
    return promise
  }
  return { transactions, store }
}
const settle = () => new Promise(resolve => setImmediate(resolve))

test('what comes while a transaction runs is stored in the next, and each gets its own results', async () => {
  const { transactions, store } = controlledStore()
  const committer = createCommitter(store)
  const receives = [makeWorks(2), makeWorks(1), makeWorks(3)]
  const results = receives.map(works => committer.store(works))
  expect(transactions.map(transaction => transaction.works)).toEqual([receives[0]])
  transactions[0]?.commit()
  await settle()
  await expect.poll(() => transactions[1]?.works).toEqual(receives.slice(1).flat())
  transactions[1]?.commit()
  for (const [index, works] of receives.entries()) expect(await results[index]).toEqual(works.map(resultOf))
})

test('nothing to store needs no transaction', async () => {
  const { transactions, store } = controlledStore()
  expect(await createCommitter(store).store([])).toEqual([])
  expect(transactions).toEqual([])
})

test('a transaction stores at most 500 commands, of whole receives', async () => {
  const { transactions, store } = controlledStore()
  const committer = createCommitter(store)
  void committer.store(makeWorks(1))
  for (let receive = 0; receive < 120; receive++) void committer.store(makeWorks(9))
  for (let index = 0; index < 4; index++) {
    await expect.poll(() => transactions.length).toBe(index + 1)
    transactions[index]?.commit()
  }
  expect(transactions.map(transaction => transaction.works.length)).toEqual([1, 495, 495, 90])
})

test.each([
  { commands: 1, waitsMs: 0 },
  { commands: 2, waitsMs: 3 },
  { commands: 11, waitsMs: 3 },
  { commands: 12, waitsMs: 8 },
])('after a commit of $commands the next waits $waitsMs ms for more', async ({ commands, waitsMs }) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const { transactions, store } = controlledStore()
  const committer = createCommitter(store)
  void committer.store(makeWorks(commands))
  transactions[0]?.commit()
  await settle()
  void committer.store(makeWorks(1))
  if (waitsMs > 0) {
    await vi.advanceTimersByTimeAsync(waitsMs - 1)
    void committer.store(makeWorks(2))
    expect(transactions).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
  }
  expect(transactions.map(({ works }) => works.length)).toEqual([commands, waitsMs > 0 ? 3 : 1])
})

test('a failure that says nothing of the commands is tried again until it passes', async () => {
  const works = makeWorks(3)
  const storeCommands = vi
    .fn<StoreCommands>()
    .mockRejectedValueOnce(DEADLOCK)
    .mockRejectedValueOnce(new Error('Connection terminated unexpectedly'))
    .mockImplementation(async given => given.map(resultOf))
  expect(await createCommitter(storeCommands).store(works)).toEqual(works.map(resultOf))
  expect(storeCommands.mock.calls.map(([given]) => given.length)).toEqual([3, 3, 3])
})

test('after a failure nobody knows whether the commit took place, so all that is there is announced', async () => {
  const storeCommands = vi
    .fn<StoreCommands>()
    .mockRejectedValueOnce(new Error('Connection terminated unexpectedly'))
    .mockImplementation(async given => given.map(resultOf))
  await createCommitter(storeCommands).store(makeWorks(2))
  const isRedelivered = storeCommands.mock.calls.map(([works]) => works.map(work => work.redelivered))
  expect(isRedelivered).toEqual([
    [false, false],
    [true, true],
  ])
})

test('commands that bring a transaction down are found by halving and refused alone', async () => {
  const works = makeWorks(40)
  const poison = new Set([works[7]?.command.id, works[8]?.command.id, works[39]?.command.id])
  const storeCommands = vi.fn<StoreCommands>(async given => {
    if (given.some(work => poison.has(work.command.id))) throw NOT_STORABLE
    return given.map(resultOf)
  })
  const results = await createCommitter(storeCommands).store(works)
  const rejected = refused(new PermanentError('rejected', 'the command cannot be stored'))
  expect(results).toEqual(works.map(work => (poison.has(work.command.id) ? rejected : resultOf(work))))
  expect(storeCommands.mock.calls.length).toBeLessThan(40)
})

test('what is tried again apart may be stored already, so it is announced if it is', async () => {
  const seen: boolean[] = []
  const storeCommands = vi.fn<StoreCommands>(async given => {
    seen.push(...given.map(work => work.redelivered))
    if (given.length > 1) throw NOT_STORABLE
    return given.map(resultOf)
  })
  await createCommitter(storeCommands).store(makeWorks(2))
  expect(seen).toEqual([false, false, true, true])
})

test('a transient failure while halving refuses nothing', async () => {
  const works = makeWorks(2)
  const storeCommands = vi
    .fn<StoreCommands>()
    .mockRejectedValueOnce(NOT_STORABLE)
    .mockRejectedValueOnce(DEADLOCK)
    .mockImplementation(async given => given.map(resultOf))
  expect(await createCommitter(storeCommands).store(works)).toEqual(works.map(resultOf))
})

test('a message id taken by another writer just now is looked at again before anything is refused', async () => {
  const works = makeWorks(1)
  const conflict = refused(new PermanentError('id_conflict', 'another message has this id'))
  const storeCommands = vi.fn<StoreCommands>().mockRejectedValueOnce(ID_TAKEN).mockResolvedValue([conflict])
  expect(await createCommitter(storeCommands).store(works)).toEqual([conflict])
})

test('a unique violation that stays is refused like any other', async () => {
  const storeCommands = vi.fn<StoreCommands>().mockRejectedValue(ID_TAKEN)
  expect(await createCommitter(storeCommands).store(makeWorks(2))).toEqual([
    { ok: false, error: expect.objectContaining({ code: 'rejected', cause: ID_TAKEN }) },
    { ok: false, error: expect.objectContaining({ code: 'rejected', cause: ID_TAKEN }) },
  ])
})

test('when the wait for the database is ended, everybody who waits is told, and later ones can store again', async () => {
  const patience = new AbortController()
  const storeCommands = vi.fn<StoreCommands>().mockRejectedValue(DEADLOCK)
  const committer = createCommitter(storeCommands, patience.signal)
  const waiting = [committer.store(makeWorks(1)), committer.store(makeWorks(2))]
  await expect.poll(() => storeCommands.mock.calls.length).toBeGreaterThan(1)
  patience.abort()
  expect(await Promise.allSettled(waiting)).toEqual([
    { status: 'rejected', reason: DEADLOCK },
    { status: 'rejected', reason: DEADLOCK },
  ])
  storeCommands.mockImplementation(async given => given.map(resultOf))
  await expect(committer.store(makeWorks(1))).resolves.toHaveLength(1)
})
