import { expect, test } from 'vitest'
import { readFilter } from '../../infra/cli/dlq/filter.ts'
import type { DeadLetter } from '../../shared/messaging/read-dead-letter.ts'

const NOW = Date.parse('2026-01-10T12:00:00Z')
const CONVERSATION = '0199d3a4-7d5e-7c3b-8f2a-6f1c2d3e4f50'
const HOUR_MS = 3_600_000

function letterOf(changes: Partial<DeadLetter> = {}): DeadLetter {
  return {
    id: 'a',
    groupId: CONVERSATION,
    reason: 'invalid: data.textContent: Too long',
    diedAt: new Date(NOW - 3 * HOUR_MS),
    sentAt: new Date(NOW - 4 * HOUR_MS),
    sequenceNumber: 1n,
    type: undefined,
    hidesOthers: false,
    body: '',
    attributes: {},
    messageId: '',
    receiptHandle: '',
    ...changes,
  }
}

const matches = (flags: Record<string, string>, letter = letterOf()) => readFilter(flags, NOW).matches(letter)

test('without flags every letter of both queues is meant', () => {
  expect(readFilter({}, NOW).queues).toEqual(['commands', 'deliveries'])
  expect(matches({})).toBe(true)
})

test.each([
  [{ reason: 'TOO LONG' }, true],
  [{ reason: 'too short' }, false],
  [{ 'older-than': '2h' }, true],
  [{ 'older-than': '3h' }, false],
  [{ 'newer-than': '3h' }, true],
  [{ 'newer-than': '10m' }, false],
  [{ 'newer-than': '1d', 'older-than': '3600s' }, true],
  [{ conversation: CONVERSATION.toUpperCase() }, true],
  [{ conversation: CONVERSATION.replace('0', '1') }, false],
  [{ id: 'b, a' }, true],
  [{ id: 'b' }, false],
  [{ id: 'a', reason: 'too short' }, false],
])('%j: %j', (flags: Record<string, string>, expected) => {
  expect(matches(flags)).toBe(expected)
})
