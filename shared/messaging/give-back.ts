import type { QueueMessage } from './queue-calls.ts'

const MAX_RETRY_DELAY_SECONDS = 8

/**
 * Gives messages back so that their groups come again in order: the head of each waits a growing while; its followers
 * are freed at once, last one first, and wait behind it.
 */
export async function giveBack(
  messages: QueueMessage[],
  release: (messages: QueueMessage[], delaySeconds: number) => Promise<void>,
): Promise<void> {
  const heads = new Map<string, QueueMessage>()
  for (const message of messages) if (!heads.has(message.groupId)) heads.set(message.groupId, message)
  const followers = messages.filter(message => heads.get(message.groupId) !== message)
  await release(followers.reverse(), 0)
  for (const head of heads.values()) {
    const delaySeconds = Math.min(MAX_RETRY_DELAY_SECONDS, 2 ** Math.min(head.receiveCount - 1, 10))
    await release([head], delaySeconds)
  }
}
