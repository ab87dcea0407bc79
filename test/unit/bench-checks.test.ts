import { expect, test } from 'vitest'
import { createOrderCheck } from '../bench/load/check-order.ts'
import { recordMessages } from '../bench/load/record-messages.ts'
import { compare } from '../bench/systems/people.ts'

function faultsOf(...seqs: number[]) {
  const check = createOrderCheck()
  for (const seq of seqs) check.see(seq)
  return { doubled: check.doubled, outOfOrder: check.outOfOrder }
}

test('seqs that rise are in order, even over a gap', () => {
  expect(faultsOf(1, 2, 3)).toEqual({ doubled: 0, outOfOrder: 0 })
  expect(faultsOf(1, 4, 5)).toEqual({ doubled: 0, outOfOrder: 0 })
})

test('a seq that comes twice is doubled, and one that comes after a higher one out of order', () => {
  expect(faultsOf(1, 2, 2, 3)).toEqual({ doubled: 1, outOfOrder: 0 })
  expect(faultsOf(1, 3, 2)).toEqual({ doubled: 0, outOfOrder: 1 })
  expect(faultsOf(1, 3, 2, 2, 1)).toEqual({ doubled: 2, outOfOrder: 1 })
})

test('latency counts from the time a message was meant to be sent, and only of those in the window', () => {
  const record = recordMessages()
  record.sent('early', 0, 90, 95)
  record.openWindow(100)
  record.sent('held up', 1, 110, 150)
  record.answered('held up', true, 160)
  expect(record.pushed('held up', 170)).toBe(1)
  record.answered('early', true, 170)
  expect(record.pushed('early', 180)).toBe(0)
  record.closeWindow(200)
  record.sent('late', 2, 210, 210)
  record.answered('late', true, 211)
  record.pushed('late', 212)
  expect(record.underWay).toBe(0)
  expect(record.result()).toMatchObject({
    seconds: 0.1,
    pushed: 2,
    acceptMs: { p50: 50, max: 50 },
    pushMs: { p50: 60, max: 60 },
    lateMs: { p50: 40 },
    lost: 0,
    failed: 0,
  })
})

test('accepted and never pushed is lost; refused is failed, unless its push shows that it was stored', () => {
  const record = recordMessages()
  record.openWindow(0)
  for (const id of ['lost', 'refused', 'stored all the same', 'unanswered']) record.sent(id, 0, 1, 1)
  expect(record.answered('lost', true, 2)).toBe(true)
  expect(record.answered('refused', false, 2)).toBe(false)
  record.pushed('stored all the same', 2)
  expect(record.answered('stored all the same', false, 3)).toBe(true)
  expect(record.underWay).toBe(2)
  expect(record.result()).toMatchObject({ lost: 1, failed: 2, pushed: 1 })
})

test('a push that comes before the answer, or again, is one message', () => {
  const record = recordMessages()
  record.openWindow(0)
  record.sent('one', 0, 1, 1)
  expect(record.pushed('one', 2)).toBe(0)
  expect(record.pushed('one', 3)).toBeUndefined()
  record.answered('one', true, 4)
  expect(record.pushed('one', 5)).toBeUndefined()
  expect(record.result()).toMatchObject({ pushed: 1, lost: 0 })
})

test('the database is held against what was sent', () => {
  const total = (senderId: number, attempted: number, accepted: number) => ({
    ...{ senderId, recipientId: senderId + 1, attempted, accepted },
  })
  const row = (participant1_id: number, count: number, gapless = true) => ({
    ...{ participant1_id, participant2_id: participant1_id + 1, count, gapless },
  })
  expect(compare([row(1, 5)], [total(1, 5, 5)])).toEqual({ stored: 5, lost: 0, doubled: 0, gaps: 0 })
  expect(compare([row(1, 5)], [total(1, 6, 4)])).toMatchObject({ lost: 0, doubled: 0 })
  expect(compare([row(1, 5, false)], [total(1, 7, 7), total(3, 1, 1)])).toMatchObject({ lost: 3, gaps: 1 })
  expect(compare([row(1, 8)], [total(1, 7, 7)])).toMatchObject({ doubled: 1 })
})
