import { expect, test } from 'vitest'
import { createCommandHandler } from '../../services/persister/handle-commands.ts'
import { stored, type Work } from '../../services/persister/work.ts'
import { createLogger } from '../../shared/logger.ts'
import { encodeBody } from '../../shared/messaging/encode-body.ts'
import type { QueueMessage } from '../../shared/messaging/fifo-consumer.ts'
import { ADA, BOB, sendCommand } from '../support/commands.ts'

/** What the handler hands on to be stored, of a command that was sent to the queue so long after its acceptance. */
async function workOfMessage(change: Partial<QueueMessage>, sentAfterMs = 0): Promise<Work | undefined> {
  const works: Work[] = []
  const store = async (given: Work[]) => {
    works.push(...given)
    return given.map(({ command }) => stored(command.conversationId, []))
  }
  const command = sendCommand(ADA, BOB)
  const sentAt = new Date(Date.parse(command.acceptedAt) + sentAfterMs)
  const handle = createCommandHandler({ store }, async () => {}, createLogger('test', 'silent'))
  await handle([
    {
      id: 'sqs',
      groupId: command.conversationId,
      body: encodeBody(command),
      receiptHandle: 'handle',
      receiveCount: 1,
      firstReceivedAt: sentAt,
      sentAt,
      attributes: {},
      ...change,
    },
  ])
  return works[0]
}

test.each([
  ['for the first time', {}, 0, false],
  ['for the first time, from a slow send', {}, 10_000, false],
  ['from an ingress whose clock is ahead', {}, -300_000, false],
  ['again', { receiveCount: 2 }, 0, true],
  ['from `dlq redrive`', { attributes: { redriven: '2026-01-01T00:00:00.000Z' } }, 0, true],
  ['from a redrive by SQS itself, which leaves no mark', {}, 3_600_000, true],
])('of a command that comes %s it is known whether it may be stored and not announced', async (...row) => {
  const [, change, sentAfterMs, redelivered] = row
  expect(await workOfMessage(change, sentAfterMs)).toMatchObject({ redelivered })
})
