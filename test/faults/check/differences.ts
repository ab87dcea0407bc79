import type { HeldConversation, HeldMessage } from '../clients/device-store.ts'
import {
  type DatabaseState,
  type StoredConversation,
  type StoredMessage,
  sideOf,
  visibleTo,
} from './database-state.ts'
import type { DeviceState } from './run-record.ts'

/** Where a device shows something else than the database holds for its user. */
export interface Difference {
  device: string
  conversationId: string
  messageId?: string
  detail: string
}

/** Versions are left out: what the other user deletes for themselves takes one, and nobody else is told. */
const SHOWN = ['seq', 'senderId', 'textContent', 'replyToId', 'deliveredAt', 'readAt'] as const

export function* differencesOf(device: DeviceState, database: DatabaseState): Generator<Difference> {
  for (const conversation of database.values()) {
    const side = sideOf(device.userId, conversation)
    if (side === undefined) continue
    const held = device.conversations.get(conversation.id)
    const differ = (detail: string, messageId?: string): Difference => ({
      device: device.name,
      conversationId: conversation.id,
      detail,
      ...(messageId !== undefined && { messageId }),
    })
    yield* messageDifferences(device.userId, held, conversation, differ)
    if (held === undefined) continue
    const isHidden = held.clearedSeq > 0 && held.lastSeq <= held.clearedSeq
    if (isHidden !== side.hidden) yield differ(`conversation hidden: ${isHidden}, stored ${side.hidden}`)
    if (isHidden || side.hidden) continue
    for (const setting of ['pinned', 'muted', 'archived'] as const)
      if (held.settings[setting] !== side[setting])
        yield differ(`${setting}: ${held.settings[setting]}, stored ${side[setting]}`)
  }
}

function* messageDifferences(
  userId: number,
  held: HeldConversation | undefined,
  conversation: StoredConversation,
  differ: (detail: string, messageId: string) => Difference,
): Generator<Difference> {
  const extra = new Set(held?.messages.keys())
  for (const stored of visibleTo(userId, conversation)) {
    extra.delete(stored.id)
    const shown = held?.messages.get(stored.id)
    const difference = shown === undefined ? 'not shown' : compare(shown, stored)
    if (difference !== undefined) yield differ(difference, stored.id)
  }
  for (const id of extra) yield differ('shown, though not stored for this user', id)
}

function compare(shown: HeldMessage, stored: StoredMessage): string | undefined {
  const field = SHOWN.find(name => shown[name] !== stored[name])
  return field && `${field}: ${shown[field]}, stored ${stored[field]}`
}
