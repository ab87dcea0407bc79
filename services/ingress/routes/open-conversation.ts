import { acceptCommand, acceptMessage } from '../../../shared/contract/accept-command.ts'
import { conversationIdOf } from '../../../shared/contract/identifiers.ts'
import { ProblemError } from '../../../shared/contract/problems.ts'
import { openConversationBody } from '../../../shared/contract/requests.ts'
import { findConversation } from '../../../shared/database/queries/find-conversation.ts'
import { findConversationIdOfPair } from '../../../shared/database/queries/find-conversation-of-pair.ts'
import type { IngressDeps, Route } from '../context.ts'
import { DEFAULT_WAIT_SECONDS, requireSuccess, waitSecondsOf } from '../prefer.ts'
import { readBody } from '../read-request.ts'

/** `POST /conversations`: gives the conversation with a user, made if need be; a first message may come along. */
export function openConversation(deps: IngressDeps): Route {
  return async function openConversationRoute(c) {
    const { userId } = c.var
    const { recipientId, initialMessage } = await readBody(c, openConversationBody)
    if (recipientId === userId) {
      const errors = [{ path: 'recipientId', message: 'must be somebody else' }]
      throw new ProblemError(422, 'recipientId: must be somebody else', { errors })
    }
    await deps.users.requireUser(recipientId)
    const existingId = await findConversationIdOfPair(deps.db, userId, recipientId)
    const existing =
      existingId === undefined ? undefined : await findConversation(deps.db, existingId, userId)
    if (existing && !existing.hidden && !initialMessage) return c.json({ data: existing.conversation })

    const seconds = waitSecondsOf(c, DEFAULT_WAIT_SECONDS)
    const options = { reportOutcome: seconds > 0 }
    const command = initialMessage
      ? acceptMessage(
          userId,
          { ...initialMessage, recipientId },
          { ...options, mediaOrigins: deps.mediaOrigins },
        ).command
      : acceptCommand(
          userId,
          conversationIdOf(userId, recipientId),
          { type: 'conversation.open', data: { recipientId } },
          options,
        )
    await deps.commands.send(command, c.var.traceparent)
    const outcome =
      seconds > 0 ? requireSuccess(await deps.outcomes.wait(command.id, seconds * 1000)) : undefined
    const opened = outcome && (await findConversation(deps.db, outcome.conversationId, userId))
    if (!opened) return c.json({ data: { id: existingId ?? command.conversationId } }, 202)
    return c.json({ data: opened.conversation }, existing ? 200 : 201)
  }
}
