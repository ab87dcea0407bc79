import type { StoredConversation } from './database-state.ts'
import type { Finding } from './finding.ts'
import type { RunRecord, SendRecord } from './run-record.ts'

/** Accepted means stored, once, unless its sender was told otherwise. */
export function* checkStored({ records, database }: RunRecord): Generator<Finding> {
  const stored = new Map(
    [...database.values()].flatMap(({ messages }) => messages.map(each => [each.id, each])),
  )
  for (const send of records.sends) {
    const message = stored.get(send.id)
    const { id: messageId, conversationId } = send
    if (message === undefined) {
      if (send.acceptedAt !== undefined && send.failed === undefined)
        yield {
          guarantee: 'lost',
          messageId,
          conversationId,
          detail: `${messageId} was accepted and is not stored`,
        }
      continue
    }
    if (send.failed !== undefined)
      yield {
        guarantee: 'lost',
        messageId,
        conversationId,
        detail: `${messageId} is stored, but ${send.failed} was told`,
      }
    const isAsSent =
      message.conversationId === conversationId &&
      message.senderId === send.senderId &&
      message.recipientId === send.recipientId &&
      message.textContent === send.textContent &&
      message.replyToId === send.replyToId
    if (!isAsSent)
      yield {
        guarantee: 'lost',
        messageId,
        conversationId,
        detail: `${messageId} is not stored as it was sent`,
      }
  }
}

/** Texts are unique, so the same one under two ids is one message stored twice. */
export function* checkDoubled({ records, database, devices }: RunRecord): Generator<Finding> {
  const sent = new Set(records.sends.map(send => send.id))
  for (const { id: conversationId, messages } of database.values()) {
    const seen = new Set<string | null>()
    for (const { id: messageId, textContent } of messages) {
      if (seen.has(textContent) || !sent.has(messageId))
        yield {
          guarantee: 'doubled',
          messageId,
          conversationId,
          detail: `${messageId} repeats another's text`,
        }
      seen.add(textContent)
    }
  }
  for (const device of devices)
    for (const [conversationId, ids] of device.listed) {
      const once = new Set(ids)
      const repeated = ids.find(id => !once.delete(id))
      if (repeated !== undefined)
        yield {
          ...{ guarantee: 'doubled', messageId: repeated, conversationId },
          detail: `${device.name} was listed ${repeated} twice`,
        }
    }
}

/** 1, 2, 3 … and the conversation's own count agrees. */
export function* checkGaps({ database }: RunRecord): Generator<Finding> {
  for (const { id: conversationId, messages, lastSeq } of database.values()) {
    const wrong = messages.findIndex((message, index) => message.seq !== index + 1)
    if (wrong >= 0)
      yield {
        ...{ guarantee: 'gaps', conversationId, messageId: messages[wrong]?.id as string },
        detail: `seq ${messages[wrong]?.seq} stands at place ${wrong + 1} of ${conversationId}`,
      }
    else if (lastSeq !== messages.length)
      yield {
        guarantee: 'gaps',
        conversationId,
        detail: `last_seq ${lastSeq} of ${messages.length} messages`,
      }
  }
}

/** What a sender had acknowledged before it sent another comes before the other, whichever devices it used. */
export function* checkSenderOrder({ records, database }: RunRecord): Generator<Finding> {
  const sends = new Map(records.sends.map(send => [send.id, send]))
  for (const conversation of database.values())
    for (const senderId of conversation.sides.map(side => side.userId))
      yield* invertedSends(conversation, senderId, sends)
}

function* invertedSends(
  { id: conversationId, messages }: StoredConversation,
  senderId: number,
  sends: Map<string, SendRecord>,
): Generator<Finding> {
  let earliest: SendRecord | undefined
  for (const message of messages.toReversed()) {
    const send = sends.get(message.id)
    if (send === undefined || message.senderId !== senderId) continue
    if (earliest?.acceptedAt !== undefined && earliest.acceptedAt < send.firstSentAt)
      yield {
        ...{ guarantee: 'inversions', conversationId, messageId: earliest.id },
        detail: `${earliest.id} was acknowledged before ${send.id} was sent, and stands after it`,
      }
    const isEarlier = send.acceptedAt !== undefined && send.acceptedAt < (earliest?.acceptedAt ?? Infinity)
    if (isEarlier) earliest = send
  }
}

/** A place in a conversation belongs to one message, whoever looked and whenever. */
export function* checkOneOrder({ entries, devices, database }: RunRecord): Generator<Finding> {
  for (const { where, conversationId, messageIds = [], seqs = [] } of entries) {
    const conversation = database.get(conversationId ?? '')
    for (const [index, messageId] of messageIds.entries()) {
      const seq = seqs[index]
      if (seq === undefined || seq === null || conversation === undefined) continue
      const stored = conversation.messages[seq - 1]
      if (stored?.id !== messageId)
        yield {
          ...{ guarantee: 'inversions', messageId, conversationId: conversation.id },
          detail: `${where} saw ${messageId} at seq ${seq}, where ${stored?.id} is stored`,
        }
    }
  }
  for (const device of devices)
    for (const [conversationId, ids] of device.listed) {
      const places = new Map(database.get(conversationId)?.messages.map(({ id, seq }) => [id, seq]))
      const wrong = ids.find((id, index) => (places.get(id) ?? 0) < (places.get(ids[index - 1] ?? '') ?? 0))
      if (wrong !== undefined)
        yield {
          ...{ guarantee: 'inversions', messageId: wrong, conversationId },
          detail: `${device.name} was listed ${wrong} out of order`,
        }
    }
}
