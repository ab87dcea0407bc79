import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { gatherDeletes } from '../../shared/messaging/gather-deletes.ts'

/** Full deletes of ten, and 20 ms for what is less. */
function createGatherer() {
  const deletes: number[][] = []
  let last = 0
  const gatherer = gatherDeletes<number>(messages => deletes.push(messages), 20)
  const finish = (count: number) => gatherer.add(Array.from({ length: count }, () => ++last))
  return { deletes, finish, close: gatherer.close }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

test('after a quiet time what is done is deleted at once', () => {
  const { deletes, finish } = createGatherer()
  finish(1)
  vi.advanceTimersByTime(21)
  finish(2)
  expect(deletes).toEqual([[1], [2, 3]])
})

test('what is done shortly after something else waits for more, and no longer than it may', () => {
  const { deletes, finish } = createGatherer()
  finish(1)
  vi.advanceTimersByTime(10)
  finish(1)
  vi.advanceTimersByTime(15)
  finish(2)
  expect(deletes).toEqual([[1]])
  vi.advanceTimersByTime(5)
  expect(deletes).toEqual([[1], [2, 3, 4]])
  vi.advanceTimersByTime(100)
  expect(deletes, 'nothing is left that could be deleted').toHaveLength(2)
})

test('ten are deleted at once; what is left over waits for more', () => {
  const { deletes, finish } = createGatherer()
  finish(1)
  finish(7)
  finish(5)
  expect(deletes.map(messages => messages.length)).toEqual([1, 10])
  vi.advanceTimersByTime(19)
  expect(deletes).toHaveLength(2)
  vi.advanceTimersByTime(1)
  expect(deletes[2]).toEqual([12, 13])
  finish(25)
  expect(deletes.slice(3).map(messages => messages.length)).toEqual([10, 10])
})

test('nothing done is nothing to delete', () => {
  const { deletes, finish, close } = createGatherer()
  finish(0)
  close()
  vi.advanceTimersByTime(100)
  expect(deletes).toEqual([])
})

test('once closed nothing waits any more', () => {
  const { deletes, finish, close } = createGatherer()
  finish(1)
  finish(2)
  close()
  finish(3)
  expect(deletes).toEqual([[1], [2, 3], [4, 5, 6]])
})
