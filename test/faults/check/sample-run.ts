import { conversationIdOf } from '../../../shared/contract/identifiers.ts'
import type { HeldConversation } from '../clients/device-store.ts'
import type { Entry } from '../history.ts'
import type { StoredConversation, StoredMessage, StoredSide } from './database-state.ts'
import { type DeviceState, emptyRecords, type RunRecord, type SendRecord } from './run-record.ts'

export const [ANN, BEN, EVE] = [1, 2, 3]
export const CONVERSATION = conversationIdOf(ANN, BEN)

/** Ann sends three messages to Ben, who is told of the first two and reads the first; all guarantees hold. */
export function buildSampleRun() {
  const ids = ['m1', 'm2', 'm3'] as const
  const stored = ids.map((id, index) => storedMessage(id, index + 1))
  Object.assign(stored[0] as StoredMessage, { version: 4, deliveredAt: 't', readAt: 't' })
  const conversation: StoredConversation = {
    id: CONVERSATION,
    lastSeq: 3,
    version: 4,
    sides: [side(ANN), side(BEN)],
    messages: stored,
  }
  const records = emptyRecords()
  records.sends = ids.map((id, index) => sendRecord(id, index * 10))
  records.receipts = [{ userId: BEN, conversationId: CONVERSATION, status: 'read', messageIds: ['m1'] }]
  const devices = [deviceOf('ann', ANN, conversation), deviceOf('ben', BEN, conversation)]
  const entries: Entry[] = devices.flatMap(({ name }) => stored.map(message => frameEntry(name, message)))
  const run: RunRecord = {
    ...{ records, devices, entries },
    announced: {
      created: new Set(ids),
      read: new Set(['m1']),
      delivered: new Set(),
      deleted: new Set(),
    },
    database: new Map([[CONVERSATION, conversation]]),
    queues: { commands: 0, deliveries: 0, dead: 0, deadLetters: [] },
  }
  const [ann, ben] = devices as [DeviceState, DeviceState]
  return { run, conversation, ann, ben }
}

export function storedMessage(id: string, seq: number): StoredMessage {
  return {
    ...{ id, seq, version: seq, conversationId: CONVERSATION, senderId: ANN, recipientId: BEN },
    ...{ textContent: `text of ${id}`, replyToId: null, deliveredAt: null, readAt: null },
    ...{ deletedBySender: false, deletedByRecipient: false },
  }
}

export function sendRecord(id: string, firstSentAt: number): SendRecord {
  return {
    ...{ id, device: 'ann', senderId: ANN, recipientId: BEN, conversationId: CONVERSATION },
    ...{ textContent: `text of ${id}`, replyToId: null, firstSentAt, acceptedAt: firstSentAt + 5 },
  }
}

export function frameEntry(where: string, { id, seq, version, conversationId }: StoredMessage): Entry {
  return { at: 0, where, what: 'newMessage', conversationId, messageIds: [id], seqs: [seq], version }
}

function side(userId: number): StoredSide {
  return { userId, pinned: false, muted: false, archived: false, hidden: false, clearedSeq: 0 }
}

function deviceOf(
  name: string,
  userId: number,
  { id, messages, ...stored }: StoredConversation,
): DeviceState {
  const { version, lastSeq } = stored
  const held: HeldConversation = {
    ...{ id, version, lastSeq, clearedSeq: 0, deleted: new Set() },
    settings: { pinned: false, muted: false, archived: false },
    messages: new Map(messages.map(message => [message.id, { ...message }])),
  }
  return {
    ...{ name, userId },
    conversations: new Map([[id, held]]),
    listed: new Map([[id, messages.map(message => message.id)]]),
  }
}
