import type { StoredConversation, StoredMessage } from './database-state.ts'
import { sideOf } from './database-state.ts'
import type { Finding } from './finding.ts'
import type { ReceiptRecord, RunRecord, SideChangeRecord } from './run-record.ts'

/** Every change took exactly one version: what was handled twice would have taken two. */
export function* checkVersions({ database }: RunRecord): Generator<Finding> {
  for (const { id: conversationId, messages, version } of database.values()) {
    const newest = Math.max(0, ...messages.map(message => message.version))
    if (newest !== version)
      yield {
        ...{ guarantee: 'version gaps', conversationId },
        detail: `version ${version}, that of its newest change ${newest}`,
      }
    const [least, most] = messages.map(changesOf).reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0])
    if (version < least || version > most)
      yield {
        ...{ guarantee: 'version gaps', conversationId },
        detail: `version ${version}, though its messages changed ${least} to ${most} times`,
      }
  }
}

/** How often a message changed. Delivered and read at one time may have been one change or two. */
function changesOf(message: StoredMessage): [least: number, most: number] {
  const { deliveredAt, readAt, deletedBySender, deletedByRecipient } = message
  const others = 1 + Number(deletedBySender) + Number(deletedByRecipient)
  const receipts = Number(deliveredAt !== null) + Number(readAt !== null)
  const mayBeOne = readAt !== null && deliveredAt === readAt
  return [others + receipts - Number(mayBeOne), others + receipts]
}

export function* checkReceipts({ records, database }: RunRecord): Generator<Finding> {
  for (const receipt of records.receipts) {
    const conversation = database.get(receipt.conversationId)
    for (const message of conversation ? unmarked(receipt, conversation) : [])
      yield {
        ...{ guarantee: 'receipts lost', messageId: message.id, conversationId: receipt.conversationId },
        detail: `${message.id} is not marked ${receipt.status}, though that was accepted from ${receipt.userId}`,
      }
  }
}

/** A receipt up to a seq passes over what its user had deleted. */
function unmarked(
  { userId, status, messageIds, upToSeq }: ReceiptRecord,
  { messages }: StoredConversation,
): StoredMessage[] {
  const named = new Set(messageIds)
  const isMeant = (message: StoredMessage) =>
    named.has(message.id) || (message.seq <= (upToSeq ?? 0) && !message.deletedByRecipient)
  const isMarked = (message: StoredMessage) =>
    message.readAt !== null || (status === 'delivered' && message.deliveredAt !== null)
  return messages.filter(message => message.recipientId === userId && isMeant(message) && !isMarked(message))
}

/** What a user deleted stays deleted, and of several settings the last one accepted counts. */
export function* checkOwnChanges({ records, database }: RunRecord): Generator<Finding> {
  for (const { userId, conversationId, messageId } of records.deletions) {
    const message = database.get(conversationId)?.messages.find(each => each.id === messageId)
    const isDeleted = message?.senderId === userId ? message.deletedBySender : message?.deletedByRecipient
    if (!isDeleted)
      yield {
        ...{ guarantee: 'own changes lost', messageId, conversationId },
        detail: `${messageId} is not deleted, though that was accepted from ${userId}`,
      }
  }
  const changes = Map.groupBy(records.sideChanges, change => `${change.userId} ${change.conversationId}`)
  for (const ofSide of changes.values()) yield* lostSideChanges(ofSide, database)
}

function* lostSideChanges(changes: SideChangeRecord[], database: RunRecord['database']): Generator<Finding> {
  const { userId, conversationId } = changes[0] as SideChangeRecord
  const conversation = database.get(conversationId)
  const side = conversation && sideOf(userId, conversation)
  const wanted = Object.assign({}, ...changes.map(change => change.settings ?? {}))
  for (const [setting, value] of Object.entries(wanted))
    if (side?.[setting as 'pinned'] !== value)
      yield {
        ...{ guarantee: 'own changes lost', conversationId },
        detail: `${setting} is not ${value} for ${userId}, though that was accepted last`,
      }
  const clearedSeq = Math.max(0, ...changes.map(change => change.clearedSeq ?? 0))
  if ((side?.clearedSeq ?? 0) < clearedSeq)
    yield {
      ...{ guarantee: 'own changes lost', conversationId },
      detail: `cleared up to ${side?.clearedSeq} for ${userId}, though ${clearedSeq} was accepted`,
    }
}
