import { acceptCommand } from '../../../shared/contract/accept-command.ts'
import { notFound } from '../../../shared/contract/problems.ts'
import { conversationSettingsBody } from '../../../shared/contract/requests.ts'
import { findConversation } from '../../../shared/database/queries/find-conversation.ts'
import { answer } from '../answer.ts'
import type { IngressDeps, Route } from '../context.ts'
import { ifReachable } from '../if-reachable.ts'
import { limit } from '../limit.ts'
import { readBody, readId } from '../read-request.ts'
import { sendAndWait } from '../send-and-wait.ts'

/** `PATCH /conversations/:id`: the caller's own settings; 202 gives them as they will be. */
export function configureConversation(deps: IngressDeps): Route {
  return async function configureConversationRoute(c) {
    limit(deps, c, 'writes')
    const conversationId = readId(c)
    const settings = await readBody(c, conversationSettingsBody)
    const before = await findConversation(deps.db, conversationId, c.get('userId'))
    if (!before || before.hidden) throw notFound('conversation')
    const isStored = await sendAndWait(deps, c, options =>
      acceptCommand(
        c.get('userId'),
        conversationId,
        { type: 'conversation.configure', data: settings },
        options,
      ),
    )
    const after = isStored && (await ifReachable(findConversation(deps.db, conversationId, c.get('userId'))))
    const { conversation } = after || before
    const data = await deps.signer.conversation(conversation)
    return after ? answer(c, 200, { data }) : answer(c, 202, { data: { ...data, ...definedOf(settings) } })
  }
}

function definedOf(settings: object): object {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
}
