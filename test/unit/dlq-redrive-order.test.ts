import { expect, test } from 'vitest'
import type { DeadLetter } from '../../shared/messaging/read-dead-letter.ts'
import { inOriginalOrder, sendableNow } from '../../shared/messaging/redrive-order.ts'

const at = (second: number) => new Date(second * 1000)
const letter = (id: string, changes: Partial<DeadLetter>) => ({ id, groupId: 'g', ...changes }) as DeadLetter
/** Given up by a worker: its place in the origin queue is known. */
const buried = (sequenceNumber: number, second = sequenceNumber) =>
  letter(`b${sequenceNumber}`, {
    sequenceNumber: BigInt(sequenceNumber),
    sentAt: at(second),
    hidesOthers: false,
  })
/** Taken away by SQS: only its time is known. */
const moved = (second: number) => letter(`m${second}`, { sentAt: at(second), hidesOthers: true })

const orderOf = (letters: DeadLetter[]) => inOriginalOrder(letters).map(group => group.map(({ id }) => id))
const sendableOf = (letters: DeadLetter[]) =>
  inOriginalOrder(letters).flatMap(group => sendableNow(group).map(({ id }) => id))

test('the place in the origin queue decides, not the order of burial and not the clocks', () => {
  expect(orderOf([buried(10, 1), buried(9, 3), buried(2, 2)])).toEqual([['b2', 'b9', 'b10']])
})

test('places larger than a number can hold are told apart', () => {
  const [late, early] = [18870000000000000002n, 18870000000000000001n].map(sequenceNumber =>
    letter(String(sequenceNumber), { sequenceNumber, sentAt: at(1), hidesOthers: false }),
  ) as [DeadLetter, DeadLetter]
  expect(orderOf([late, early])).toEqual([[early.id, late.id]])
})

test('each conversation has an order of its own', () => {
  expect(orderOf([buried(2), { ...buried(3), groupId: 'h' }, buried(1)])).toEqual([['b1', 'b2'], ['b3']])
})

test('what SQS moved stays in its order and goes between the others by time', () => {
  expect(orderOf([buried(5), moved(3), moved(2), buried(1)])).toEqual([['b1', 'm3', 'm2', 'b5']])
})

test('what comes after a letter that may hide others waits until these have been seen', () => {
  expect(sendableOf([buried(1), moved(2), buried(3)])).toEqual(['b1', 'm2'])
  expect(sendableOf([buried(1), buried(3)])).toEqual(['b1', 'b3'])
})
