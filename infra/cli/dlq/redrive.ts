import { forEachConcurrently } from '../../../shared/concurrently.ts'
import { inOriginalOrder, sendableNow } from '../../../shared/messaging/redrive-order.ts'
import type { Action } from './action.ts'
import type { Found } from './open-queues.ts'
import { failed, type Outcome, reportOutcomes } from './report.ts'

const PARALLEL_CONVERSATIONS = 8

/**
 * Sends all that match back, conversations side by side, one by one within each. A failure ends its conversation, for
 * what comes later must not overtake. Looks again until nothing is left, since some hide behind others.
 */
export const redrive: Action = async ({ queues, asJson, progress, signal, throwIfInterrupted }) => {
  const outcomes: Outcome[] = []
  const stopped = new Set<string>()

  async function redriveConversation(conversation: Found[]): Promise<void> {
    for (const found of conversation) {
      if (signal.aborted) return
      try {
        await found.hold.redrive(found.letter)
        outcomes.push({ found, status: 'redriven' })
      } catch (error) {
        outcomes.push(failed(found, error))
        stopped.add(conversationOf(found))
        return
      }
      progress.tell(`sent ${outcomes.length} back`)
    }
  }

  while (!signal.aborted) {
    const left = (await queues.receiveAll()).filter(found => !stopped.has(conversationOf(found)))
    if (left.length === 0) break
    await forEachConcurrently(conversationsOf(left), PARALLEL_CONVERSATIONS, redriveConversation)
  }
  if (outcomes.length === 0) throwIfInterrupted()
  const report = reportOutcomes(outcomes, 'sent back', asJson)
  return { ...report, notes: [...report.notes, ...queues.describeUnseen()] }
}

function conversationsOf(found: Found[]): Found[][] {
  const foundOf = new Map(found.map(one => [one.letter, one]))
  const queues = [...Map.groupBy(found, ({ queue }) => queue).values()]
  return queues
    .flatMap(ofQueue => inOriginalOrder(ofQueue.map(({ letter }) => letter)))
    .map(letters => sendableNow(letters).map(letter => foundOf.get(letter) as Found))
}

function conversationOf({ queue, letter }: Found): string {
  return `${queue} ${letter.groupId}`
}
