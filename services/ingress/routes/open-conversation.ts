import type * as z from 'zod'
import { acceptCommand, acceptMessage } from '../../../shared/contract/accept-command.ts'
import type { ChatCommand } from '../../../shared/contract/commands.ts'
import { conversationIdOf } from '../../../shared/contract/identifiers.ts'
import { invalid } from '../../../shared/contract/problems.ts'
import { openConversationBody } from '../../../shared/contract/requests.ts'
import { findConversation } from '../../../shared/database/queries/find-conversation.ts'
import { findConversationIdOfPair } from '../../../shared/database/queries/find-conversation-of-pair.ts'
import { takeConversation, takeSend } from '../../../shared/limits/take-send.ts'
import { answer } from '../answer.ts'
import type { IngressDeps, Route } from '../context.ts'
import { messageIdOfHeader } from '../idempotency-key.ts'
import { ifReachable } from '../if-reachable.ts'
import { limit } from '../limit.ts'
import { DEFAULT_WAIT_SECONDS, requireSuccess, waitSecondsOf } from '../prefer.ts'
import { readBody } from '../read-request.ts'
import { sendCommand } from '../send-command.ts'

/** `POST /conversations`: gives the conversation with a user, made if need be; a first message may come along. */
export function openConversation(deps: IngressDeps): Route {
  return async function openConversationRoute(c) {
    limit(deps, c, 'writes')
    const userId = c.get('userId')
    const body = await readBody(c, openConversationBody)
    if (body.recipientId === userId) throw invalid('recipientId', 'must be somebody else')
    await deps.users.requireUser(body.recipientId)
    const messageId = messageIdOfHeader(c)
    const existingId = await findConversationIdOfPair(deps.db, userId, body.recipientId)
    const existing =
      existingId === undefined ? undefined : await findConversation(deps.db, existingId, userId)
    if (existing && !existing.hidden && !body.initialMessage)
      return answer(c, 200, { data: await deps.signer.conversation(existing.conversation) })

    const seconds = waitSecondsOf(c, DEFAULT_WAIT_SECONDS)
    const command = buildCommand(deps, userId, body, { messageId, reportOutcome: seconds > 0 })
    if (existingId !== undefined) deps.pairs.add(command.conversationId)
    if (command.type === 'message.send') takeSend(deps, command, 'newConversations')
    else takeConversation(deps, userId, command.conversationId, 'newConversations')
    await sendCommand(deps, c, command)
    const sentId = command.type === 'message.send' ? command.data.id : undefined
    const outcome =
      seconds > 0 ? requireSuccess(await deps.outcomes.wait(command.id, seconds * 1000, sentId)) : undefined
    const opened = outcome && (await ifReachable(findConversation(deps.db, outcome.conversationId, userId)))
    if (!opened) return answer(c, 202, { data: { id: existingId ?? command.conversationId } })
    const wasThere = existing || (command.type === 'conversation.open' && !outcome.created)
    return answer(c, wasThere ? 200 : 201, { data: await deps.signer.conversation(opened.conversation) })
  }
}

function buildCommand(
  { mediaOrigins }: IngressDeps,
  userId: number,
  { recipientId, initialMessage }: z.infer<typeof openConversationBody>,
  options: { messageId: string | undefined; reportOutcome: boolean },
): ChatCommand {
  if (initialMessage)
    return acceptMessage(userId, { ...initialMessage, recipientId }, { ...options, mediaOrigins }).command
  const open = { type: 'conversation.open', data: { recipientId } } as const
  return acceptCommand(userId, conversationIdOf(userId, recipientId), open, options)
}
