import { acceptMessage } from '../../../shared/contract/accept-command.ts'
import type { CommandOf } from '../../../shared/contract/commands.ts'
import { messageIdOfKey } from '../../../shared/contract/identifiers.ts'
import { ProblemError } from '../../../shared/contract/problems.ts'
import { sendMessageBody } from '../../../shared/contract/requests.ts'
import { isTransientDatabaseError } from '../../../shared/database/database-errors.ts'
import { findConversationIdOfMessage } from '../../../shared/database/queries/find-conversation-of-message.ts'
import { findMessage } from '../../../shared/database/queries/find-message.ts'
import type { IngressContext, IngressDeps, Route } from '../context.ts'
import { requireSuccess, waitSecondsOf } from '../prefer.ts'
import { readBody } from '../read-request.ts'

const MAX_KEY_LENGTH = 255
const LOOK_AGAIN_MS = 300

type SendCommand = CommandOf<'message.send'>

/** `POST /messages`: 202 with the pending message; with `Prefer: wait`, the stored one. */
export function sendMessage(deps: IngressDeps): Route {
  return async function sendMessageRoute(c) {
    const body = await readBody(c, sendMessageBody)
    const seconds = waitSecondsOf(c, 0)
    const { command, pending } = acceptMessage(c.var.userId, body, {
      messageId: messageIdOfHeader(c),
      mediaOrigins: deps.mediaOrigins,
      reportOutcome: seconds > 0,
    })
    await deps.users.requireUser(body.recipientId)
    await requireReplyInConversation(deps, command)
    const answer = await deps.recentMessages.acceptOnce(command, pending, () =>
      deps.commands.send(command, c.var.traceparent),
    )
    const message = seconds > 0 && (await waitUntilStored(deps, command, seconds * 1000))
    if (message) return c.json({ data: message }, message.createdAt === command.acceptedAt ? 201 : 200)
    return c.json({ data: answer }, 202)
  }
}

/** Looks for the message itself too: a repeat may wait for a command that was sent without anybody waiting. */
async function waitUntilStored(deps: IngressDeps, command: SendCommand, milliseconds: number) {
  const deadline = Date.now() + milliseconds
  for (let isThrough = false; ; ) {
    const message = await findMessage(deps.db, command.data.id, command.userId)
    const remaining = deadline - Date.now()
    if (message || isThrough || remaining <= 0) return message
    isThrough =
      requireSuccess(await deps.outcomes.wait(command.id, Math.min(remaining, LOOK_AGAIN_MS))) !== undefined
  }
}

function messageIdOfHeader(c: IngressContext): string | undefined {
  const key = c.req.header('idempotency-key')
  if (key === undefined || key === '') return undefined
  if (key.length > MAX_KEY_LENGTH) {
    const message = `must have at most ${MAX_KEY_LENGTH} characters`
    throw new ProblemError(422, `Idempotency-Key: ${message}`, {
      errors: [{ path: 'Idempotency-Key', message }],
    })
  }
  return messageIdOfKey(c.var.userId, key)
}

/**
 * A reply to a message of another conversation is told at once. One whose original is not found may reply to a
 * message that is still on its way: the persister decides.
 */
async function requireReplyInConversation(
  deps: IngressDeps,
  command: CommandOf<'message.send'>,
): Promise<void> {
  const { replyToId, recipientId } = command.data
  if (replyToId === null) return
  try {
    const conversationId = await findConversationIdOfMessage(deps.db, replyToId)
    if (conversationId === undefined || conversationId === command.conversationId) return
    if ((await deps.conversations.otherParticipant(conversationId, command.userId)) === recipientId) return
  } catch (error) {
    if (!isTransientDatabaseError(error)) throw error
    return
  }
  const message = 'must be a message of this conversation'
  throw new ProblemError(422, `replyToId: ${message}`, { errors: [{ path: 'replyToId', message }] })
}
