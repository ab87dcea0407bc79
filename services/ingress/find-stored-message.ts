import type { Message } from '../../shared/contract/objects.ts'
import { ProblemError } from '../../shared/contract/problems.ts'
import type { DatabaseHandle } from '../../shared/database/connect.ts'
import { toMessage } from '../../shared/database/message-row.ts'
import { findMessages } from '../../shared/database/queries/find-messages.ts'

/** A pending message as it was stored, if it was. 409 when its id is another message's, or somebody else's. */
export async function findStoredMessage(
  db: DatabaseHandle['db'],
  pending: Message,
): Promise<Message | undefined> {
  const row = (await findMessages(db, [pending.id])).get(pending.id)
  if (!row) return undefined
  const stored = toMessage(row)
  if (!isSame(stored, pending)) throw idConflict()
  return stored
}

export function idConflict(): ProblemError {
  return new ProblemError(409, 'another message has this id')
}

const IDENTITY = [
  'senderId',
  'recipientId',
  'contentType',
  'textContent',
  'mediaUrl',
  'mediaThumbnailUrl',
  'audioDuration',
] as const

/** A reply whose original is gone has lost its `replyToId`. */
function isSame(stored: Message, pending: Message): boolean {
  const repliesToSame = stored.replyToId === null || stored.replyToId === pending.replyToId
  return repliesToSame && IDENTITY.every(key => stored[key] === pending[key])
}
