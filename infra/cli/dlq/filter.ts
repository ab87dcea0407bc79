import * as z from 'zod'
import type { DeadLetter } from '../../../shared/messaging/read-dead-letter.ts'
import { UsageError } from '../command.ts'

export const QUEUES = ['commands', 'deliveries'] as const
export type QueueName = (typeof QUEUES)[number]

export interface DeadLetterFilter {
  queues: QueueName[]
  matches(letter: DeadLetter): boolean
}

type Matches = DeadLetterFilter['matches']

/** All that is given must hold. Ages count from now, not from when a letter is looked at. */
export function readFilter(flags: Record<string, string>, now = Date.now()): DeadLetterFilter {
  const { queue, reason, conversation, id } = flags
  if (queue !== undefined && !isQueue(queue)) throw new UsageError('--queue must be commands or deliveries')
  const conditions: Matches[] = []
  if (reason !== undefined) {
    const part = required('reason', reason).toLowerCase()
    conditions.push(letter => letter.reason.toLowerCase().includes(part))
  }
  if (flags['older-than'] !== undefined) {
    const before = now - readAgeMs('older-than', flags['older-than'])
    conditions.push(letter => letter.diedAt.getTime() < before)
  }
  if (flags['newer-than'] !== undefined) {
    const since = now - readAgeMs('newer-than', flags['newer-than'])
    conditions.push(letter => letter.diedAt.getTime() >= since)
  }
  if (conversation !== undefined) {
    const parsed = z.guid().safeParse(conversation)
    if (!parsed.success) throw new UsageError('--conversation must be a UUID')
    conditions.push(letter => letter.groupId === parsed.data.toLowerCase())
  }
  if (id !== undefined) {
    const ids = new Set(id.split(',').map(part => required('id', part.trim())))
    conditions.push(letter => ids.has(letter.id))
  }
  return {
    queues: queue === undefined ? [...QUEUES] : [queue],
    matches: letter => conditions.every(holds => holds(letter)),
  }
}

const UNITS_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

function readAgeMs(flag: string, text: string): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  if (unit === undefined) throw new UsageError(`--${flag} must be an age like 30s, 10m, 2h or 3d`)
  return Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS]
}

function required(flag: string, text: string): string {
  if (text === '') throw new UsageError(`--${flag} must not be empty`)
  return text
}

function isQueue(word: string): word is QueueName {
  return QUEUES.some(queue => queue === word)
}
