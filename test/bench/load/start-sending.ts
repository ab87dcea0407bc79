import type { OpenPair, People } from './connect-pairs.ts'
import type { PostMessage } from './post-message.ts'
import { type MessageRecord, recordMessages } from './record-messages.ts'

/** What the shapes of load send with. */
export interface Sending {
  readonly record: MessageRecord
  readonly pairs: number
  send(pair: number, intendedAt: number): void
  /** Called with its pair when a message has arrived, or has failed. */
  onDone: (pair: number) => void
  /** Nothing new is sent any more. */
  isOver: boolean
  /** The load ran ahead of the system and was given up. */
  isBehind: boolean
}

const AFTER_FAILURE_MS = 100

export function startSending(pairs: OpenPair[], people: People, post: PostMessage): Sending {
  const record = recordMessages()
  const sending: Sending = {
    record,
    pairs: pairs.length,
    onDone: () => {},
    isOver: false,
    isBehind: false,
    send(index, intendedAt) {
      const { sender, total } = pairs[index] as OpenPair
      total.attempted++
      const id = post(sender, (answeredId, status) => {
        const isAccepted = status !== undefined && status >= 200 && status < 300
        if (isAccepted) total.accepted++
        if (!record.answered(answeredId, isAccepted, performance.now()))
          setTimeout(() => sending.onDone(index), AFTER_FAILURE_MS)
      })
      record.sent(id, index, intendedAt, performance.now())
    },
  }
  people.onPush = id => {
    const pair = record.pushed(id, performance.now())
    if (pair !== undefined) sending.onDone(pair)
  }
  return sending
}
