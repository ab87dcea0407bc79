import type { StoredMessage } from './database-state.ts'
import type { Finding } from './finding.ts'
import type { Announced, RunRecord } from './run-record.ts'

/** Stored means announced: whoever subscribes to the topic is told of every change, at least once. */
export function* checkAnnounced({ database, announced }: RunRecord): Generator<Finding> {
  for (const { id: conversationId, messages } of database.values())
    for (const message of messages)
      for (const change of unannounced(message, announced))
        yield {
          ...{ guarantee: 'unannounced', messageId: message.id, conversationId },
          detail: `${message.id} was ${change}, and nobody was told`,
        }
}

function unannounced(message: StoredMessage, announced: Announced): string[] {
  const { id, senderId, recipientId, deliveredAt, readAt, deletedBySender, deletedByRecipient } = message
  // Reading implies delivery, which is not announced by itself then.
  const wasDelivered = deliveredAt !== null && deliveredAt !== readAt
  const changes: [name: string, happened: boolean, isAnnounced: boolean][] = [
    ['created', true, announced.created.has(id)],
    ['delivered', wasDelivered, announced.delivered.has(id)],
    ['read', readAt !== null, announced.read.has(id)],
    ['deleted by its sender', deletedBySender, announced.deleted.has(`${senderId} ${id}`)],
    ['deleted by its recipient', deletedByRecipient, announced.deleted.has(`${recipientId} ${id}`)],
  ]
  return changes.flatMap(([name, happened, isAnnounced]) => (happened && !isAnnounced ? [name] : []))
}
