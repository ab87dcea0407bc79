import { align } from '../align.ts'
import type { Found } from './open-queues.ts'

/** For scripts; without the body, which holds what people write. */
export function toJson({ queue, letter }: Found) {
  return {
    id: letter.id,
    queue,
    conversationId: letter.groupId,
    type: letter.type ?? null,
    reason: letter.reason,
    diedAt: letter.diedAt.toISOString(),
    ageSeconds: Math.round(ageMs(letter.diedAt) / 1000),
    sentAt: letter.sentAt.toISOString(),
    redriven: letter.attributes.redriven ?? null,
  }
}

export function toFullJson(found: Found) {
  const { attributes, body } = found.letter
  return { ...toJson(found), attributes, body }
}

export function toTable(found: Found[]): string[] {
  const rows = found.map(({ queue, letter }) => [
    letter.id,
    queue,
    describeAge(letter.diedAt),
    letter.groupId,
    letter.type ?? '-',
    letter.reason,
  ])
  return align(
    [['ID', 'QUEUE', 'AGE', 'CONVERSATION', 'TYPE', 'REASON'], ...rows].map(row => row.map(onOneLine)),
  )
}

export function toDetails({ queue, letter }: Found): string[] {
  const rows = [
    ['id', letter.id],
    ['queue', queue],
    ['conversation', letter.groupId],
    ['type', letter.type ?? '-'],
    ['reason', letter.reason],
    ['died', `${letter.diedAt.toISOString()} (${describeAge(letter.diedAt)} ago)`],
    ['sent', letter.sentAt.toISOString()],
    ...Object.entries(letter.attributes).map(([name, value]) => [`attribute ${name}`, value]),
  ]
  return [...align(rows.map(row => row.map(onOneLine))), '', printable(letter.body)]
}

function ageMs(date: Date): number {
  return Math.max(0, Date.now() - date.getTime())
}

function describeAge(date: Date): string {
  const seconds = Math.floor(ageMs(date) / 1000)
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`
  return seconds < 86_400 ? `${Math.floor(seconds / 3_600)}h` : `${Math.floor(seconds / 86_400)}d`
}

/** Anybody who may write to a queue chose these characters; a terminal must not obey them. */
function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, '\uFFFD')
}

function onOneLine(text: string): string {
  return printable(text).replace(/\s+/g, ' ')
}
