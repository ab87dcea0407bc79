import { signToken } from '../../../shared/auth.ts'
import { forEachConcurrently } from '../../../shared/concurrently.ts'
import { createOrderCheck, type OrderCheck } from './check-order.ts'
import type { LoadOrder, Pair, PairTotal } from './load-protocol.ts'
import { openSocket } from './open-socket.ts'
import { createSender, type Sender } from './post-message.ts'

export interface OpenPair extends Pair {
  sender: Sender
  total: PairTotal
}

/** Everybody who writes or listens. */
export interface People {
  pairs: OpenPair[]
  /** One for each socket. */
  checks: OrderCheck[]
  /** Called for each push to a recipient. */
  onPush: (messageId: string) => void
  /** Why the sockets are not all open any more. */
  broken: string | undefined
}

const TOKEN_LIFETIME_SECONDS = 86_400
const OPENING_AT_ONCE = 20

/** Signs tokens and opens a socket for every recipient, and for every sender where asked. */
export async function connectPairs({
  target,
  pairs,
  senderSockets,
}: Extract<LoadOrder, { connect: object }>['connect']): Promise<People> {
  const people: People = { pairs: [], checks: [], onPush: () => {}, broken: undefined }
  const sign = (userId: number) => signToken(target.jwtSecret, userId, TOKEN_LIFETIME_SECONDS)

  async function listen(userId: number, isRecipient: boolean): Promise<void> {
    const check = createOrderCheck()
    people.checks.push(check)
    await openSocket(
      `${target.gatewayUrl}/?token=${await sign(userId)}`,
      ({ id, seq }) => {
        check.see(seq)
        if (isRecipient) people.onPush(id)
      },
      code => {
        people.broken ??= `the socket of user ${userId} was closed (${code})`
      },
    )
  }

  for (const pair of pairs) {
    const sender = createSender(await sign(pair.senderId), pair.recipientId)
    people.pairs.push({ ...pair, sender, total: { ...pair, attempted: 0, accepted: 0 } })
  }
  const listeners = pairs.flatMap(({ senderId, recipientId }) => [
    { userId: recipientId, isRecipient: true },
    ...(senderSockets ? [{ userId: senderId, isRecipient: false }] : []),
  ])
  const failures: unknown[] = []
  await forEachConcurrently(listeners, OPENING_AT_ONCE, ({ userId, isRecipient }) =>
    listen(userId, isRecipient).catch(error => void failures.push(error)),
  )
  if (failures.length > 0) throw failures[0]
  return people
}
