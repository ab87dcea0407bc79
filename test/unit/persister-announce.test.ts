import { expect, test, vi } from 'vitest'
import { createAnnouncer } from '../../services/persister/announce.ts'
import { buildEvent } from '../../shared/contract/events.ts'
import { conversationIdOf, newId } from '../../shared/contract/identifiers.ts'
import { createLogger } from '../../shared/logger.ts'
import type { EventPublisher } from '../../shared/messaging/event-publisher.ts'

const ADA_BOB = conversationIdOf(1, 2)
const logger = createLogger('test', 'silent')

const announcements = ['first', 'second', 'third'].map(traceparent => {
  const data = { audience: [2], conversationId: ADA_BOB, userId: 1, isTyping: true }
  const time = new Date().toISOString()
  const event = buildEvent({ id: newId(), name: 'typing.changed', conversationId: ADA_BOB, time, data })
  return { event, trace: { traceparent } }
})

function publisherOf(publish: EventPublisher['publish']): EventPublisher {
  return { publish, async [Symbol.asyncDispose]() {} }
}

test('what follows a failed event is published again behind it', async () => {
  const published: (string | undefined)[] = []
  let failures = 2
  const publish = vi.fn<EventPublisher['publish']>(async (_, trace) => {
    if (trace?.traceparent === 'second' && failures-- > 0) throw new Error('topic away')
    published.push(trace?.traceparent)
  })
  await createAnnouncer(publisherOf(publish), logger, new AbortController().signal)(announcements)
  expect(published).toEqual(['first', 'third', 'third', 'second', 'third'])
})

test('the wait for the topic ends with the signal, and only then', async () => {
  const stop = new AbortController()
  const publish = vi.fn<EventPublisher['publish']>(async () => {
    if (publish.mock.calls.length === 9) stop.abort()
    throw new Error('topic away')
  })
  const announce = createAnnouncer(publisherOf(publish), logger, stop.signal)
  await expect(announce(announcements)).rejects.toThrow('topic away')
  expect(publish.mock.calls.length).toBeGreaterThanOrEqual(9)
})
