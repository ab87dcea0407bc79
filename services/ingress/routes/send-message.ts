import * as z from 'zod'
import { acceptMessage } from '../../../shared/contract/accept-command.ts'
import type { CommandOf } from '../../../shared/contract/commands.ts'
import { timeOfId } from '../../../shared/contract/identifiers.ts'
import type { Message } from '../../../shared/contract/objects.ts'
import { invalid } from '../../../shared/contract/problems.ts'
import { sendMessageBody } from '../../../shared/contract/requests.ts'
import { findConversationIdOfMessage } from '../../../shared/database/queries/find-conversation-of-message.ts'
import { takeSend } from '../../../shared/limits/take-send.ts'
import { answer } from '../answer.ts'
import type { IngressDeps, Route } from '../context.ts'
import { findStoredMessage } from '../find-stored-message.ts'
import { messageIdOfHeader } from '../idempotency-key.ts'
import { ifReachable } from '../if-reachable.ts'
import { tellQuota } from '../limit.ts'
import { requireSuccess, waitSecondsOf } from '../prefer.ts'
import { readBody } from '../read-request.ts'
import { recallConversation } from '../recall-conversation.ts'
import { sendCommand } from '../send-command.ts'

type SendCommand = CommandOf<'message.send'>

/** Ids younger than this are new, or repeats of what this process or the queue still remembers. */
const RECENT_MS = 60_000

/** Generated code for what nearly everybody sends; what does not fit goes through the schema itself and its messages. */
const compiledBody = z.compile(sendMessageBody)

/** `POST /messages`: 202 with the pending message; with `Prefer: wait`, 201 with the stored one (a repeat: 200). */
export function sendMessage(deps: IngressDeps): Route {
  return async function sendMessageRoute(c) {
    const body = await readBody(c, compiledBody)
    const seconds = waitSecondsOf(c, 0)
    const idOfKey = messageIdOfHeader(c)
    const chosenId = body.id ?? idOfKey
    const { command, pending } = acceptMessage(c.get('userId'), body, {
      messageId: chosenId,
      mediaOrigins: deps.mediaOrigins,
      reportOutcome: seconds > 0,
    })
    await recallConversation(deps, command.userId, body.recipientId, command.conversationId)
    tellQuota(c, takeSend(deps, command, 'newConversations'))
    await deps.users.requireUser(body.recipientId)
    if (command.data.replyToId !== null) await requireReplyInConversation(deps, command)
    pending.createdAt = await deps.recentMessages.acceptOnce(command, async () => {
      const stored = mayBeLateRepeat(chosenId) && (await ifReachable(findStoredMessage(deps.db, pending)))
      if (stored) return stored.createdAt
      await sendCommand(deps, c, command)
      return command.acceptedAt
    })
    const stored = seconds > 0 && (await waitUntilStored(deps, command, pending, seconds))
    const data = await deps.signer.message(stored || pending)
    if (!stored) return answer(c, 202, { data })
    return answer(c, stored.createdAt === command.acceptedAt ? 201 : 200, { data })
  }
}

/** What has a fresh UUIDv7 costs no look-up. */
function mayBeLateRepeat(chosenId: string | undefined): boolean {
  if (chosenId === undefined) return false
  const time = timeOfId(chosenId)
  return time === undefined || Date.now() - time > RECENT_MS
}

async function waitUntilStored(
  { outcomes, db }: IngressDeps,
  { id, data }: SendCommand,
  pending: Message,
  seconds: number,
): Promise<Message | undefined> {
  requireSuccess(await outcomes.wait(id, seconds * 1000, data.id))
  return ifReachable(findStoredMessage(db, pending))
}

/**
 * A reply to a message of another conversation of the sender is told at once. One whose original is not found may reply
 * to a message that is still on its way: the persister decides, as it does while the database is away. What belongs to
 * others is not found.
 */
async function requireReplyInConversation(deps: IngressDeps, command: SendCommand): Promise<void> {
  if (await ifReachable(isReplyToOther(deps, command))) {
    throw invalid('replyToId', 'must be a message of this conversation')
  }
}

async function isReplyToOther(
  { db, conversations }: IngressDeps,
  { userId, conversationId, data: { replyToId, recipientId } }: SendCommand,
): Promise<boolean> {
  if (replyToId === null) return false
  const originalIn = await findConversationIdOfMessage(db, replyToId)
  if (originalIn === undefined || originalIn === conversationId) return false
  const other = await conversations.otherParticipant(originalIn, userId)
  return other !== undefined && other !== recipientId
}
