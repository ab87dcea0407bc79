import { expect, test } from 'vitest'
import type { Announce } from '../../services/persister/announce.ts'
import { createCommandHandler } from '../../services/persister/handle-commands.ts'
import { stored, type Work } from '../../services/persister/work.ts'
import type { ChatCommand } from '../../shared/contract/commands.ts'
import { buildEvent } from '../../shared/contract/events.ts'
import { createLogger } from '../../shared/logger.ts'
import { encodeBody } from '../../shared/messaging/encode-body.ts'
import type { QueueMessage } from '../../shared/messaging/fifo-consumer.ts'
import type { Later } from '../../shared/messaging/outcome.ts'
import { ADA, BOB, EVE, sendCommand } from '../support/commands.ts'

const logger = createLogger('test', 'silent')
const storeAll = async (works: Work[]) =>
  works.map(({ command }) => stored(command.conversationId, [eventOf(command.conversationId)]))
const eventOf = (conversationId: string) =>
  buildEvent({
    ...{ id: conversationId, name: 'typing.changed', conversationId, time: '2026-01-01T00:00:00.000Z' },
    data: { audience: [ADA], conversationId, userId: BOB, isTyping: true },
  })

function messageOf(command: ChatCommand, change: Partial<QueueMessage> = {}): QueueMessage {
  const now = new Date()
  const ids = { id: command.id, groupId: command.conversationId, receiptHandle: command.id }
  return {
    ...{ ...ids, body: encodeBody(command), receiveCount: 1, firstReceivedAt: now, sentAt: now },
    ...{ attributes: {}, ...change },
  }
}

/** What the handler hands on to be stored, of a command that was sent to the queue so long after its acceptance. */
async function workOfMessage(change: Partial<QueueMessage>, sentAfterMs = 0): Promise<Work | undefined> {
  const works: Work[] = []
  const store = async (given: Work[]) => {
    works.push(...given)
    return given.map(({ command }) => stored(command.conversationId, []))
  }
  const command = sendCommand(ADA, BOB)
  const sentAt = new Date(Date.parse(command.acceptedAt) + sentAfterMs)
  const handle = createCommandHandler({ store }, async () => undefined, logger)
  await handle([messageOf(command, { sentAt, ...change })])
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

test.each([
  ['done', undefined, { status: 'done' }],
  ['an error', new Error('S3 is away'), { status: 'retry', error: new Error('S3 is away') }],
])('a conversation whose media are being kept is settled after that, others before: %s', async (...row) => {
  const [, error, outcome] = row
  const withMedia = sendCommand(ADA, BOB)
  const afterwards = Promise.withResolvers<void>()
  const announce: Announce = async ([first]) =>
    first?.event.subject === withMedia.conversationId ? { afterwards: afterwards.promise } : undefined
  const handle = createCommandHandler({ store: storeAll }, announce, logger)
  const [kept, other] = await handle([messageOf(withMedia), messageOf(sendCommand(ADA, EVE))])
  expect(other).toEqual({ status: 'done' })
  expect(kept).toMatchObject({ status: 'later' })
  if (error) afterwards.reject(error)
  else afterwards.resolve()
  expect(await (kept as Later).outcome).toEqual(outcome)
})
