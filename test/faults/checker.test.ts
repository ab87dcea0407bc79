import { expect, test } from 'vitest'
import { check } from './check/checker.ts'
import type { StoredMessage } from './check/database-state.ts'
import type { Guarantee } from './check/finding.ts'
import type { SendRecord } from './check/run-record.ts'
import {
  ANN,
  BEN,
  buildSampleRun,
  CONVERSATION,
  EVE,
  frameEntry,
  sendRecord,
  storedMessage,
} from './check/sample-run.ts'

type Sample = ReturnType<typeof buildSampleRun>

test('a run in which all guarantees hold has no findings', () => {
  expect(check(buildSampleRun().run)).toEqual([])
})

test('what was not accepted need not be stored, nor what its sender was told of', () => {
  const { run } = buildSampleRun()
  run.records.sends.push({ ...sendRecord('m4', 50), failed: 'rejected' })
  expect(check(run)).toEqual([])
})

test('delivered and read at one moment may have been one change or two', () => {
  const { run, conversation } = buildSampleRun()
  conversation.version = 5
  ;(conversation.messages[0] as StoredMessage).version = 5
  expect(check(run)).toEqual([])
})

/** Each breaks the sample in one way, and must be found as what it is. */
const BREACHES: [title: string, guarantee: Guarantee, breakRun: (sample: Sample) => void][] = [
  [
    'an accepted message is not stored',
    'lost',
    ({ run }) => void run.records.sends.push(sendRecord('m4', 50)),
  ],
  [
    'a message is stored with another text',
    'lost',
    ({ conversation, ann, ben }) => {
      ;(conversation.messages[1] as StoredMessage).textContent = 'other'
      for (const device of [ann, ben]) Object.assign(heldOf(device, 'm2') as object, { textContent: 'other' })
    },
  ],
  [
    'a message is stored whose sender was told that it failed',
    'lost',
    ({ run }) => Object.assign(run.records.sends[0] as SendRecord, { failed: 'rejected' }),
  ],
  [
    'a text is stored twice, under two ids',
    'doubled',
    sample => store(sample, { ...storedMessage('m4', 4), textContent: 'text of m3' }),
  ],
  [
    'a device is listed a message twice',
    'doubled',
    ({ ben }) => void ben.listed.set(CONVERSATION, ['m1', 'm2', 'm2', 'm3']),
  ],
  ['a seq is missing', 'gaps', ({ conversation }) => void conversation.messages.splice(1, 1)],
  [
    'the conversation counts more messages than it has',
    'gaps',
    ({ conversation }) => {
      conversation.lastSeq = 4
    },
  ],
  [
    'a message acknowledged before another was sent stands after it',
    'inversions',
    ({ run }) => Object.assign(run.records.sends[2] as SendRecord, { firstSentAt: 1, acceptedAt: 2 }),
  ],
  [
    'a device saw another message at a place',
    'inversions',
    ({ run }) => void run.entries.push(frameEntry('ben', storedMessage('m2', 3))),
  ],
  [
    'a device is listed messages out of order',
    'inversions',
    ({ ann }) => void ann.listed.set(CONVERSATION, ['m1', 'm3', 'm2']),
  ],
  [
    'a stored message is not on the topic',
    'unannounced',
    ({ run }) => void run.announced.created.delete('m2'),
  ],
  ['a stored receipt is not on the topic', 'unannounced', ({ run }) => void run.announced.read.delete('m1')],
  [
    'a command stays in its queue',
    'stuck',
    ({ run }) => {
      run.queues.commands = 1
    },
  ],
  [
    'an event stays in its queue',
    'stuck',
    ({ run }) => {
      run.queues.deliveries = 2
    },
  ],
  [
    'a command went to the dead-letter queue',
    'stuck',
    ({ run }) => {
      run.queues.dead = 1
      run.queues.deadLetters = [{ queue: 'chat-commands.fifo', reason: 'rejected', body: '{}' }]
    },
  ],
  [
    'a message is never accepted',
    'stuck',
    ({ run }) => {
      const { acceptedAt: _, ...unaccepted } = sendRecord('m4', 50)
      run.records.sends.push(unaccepted)
    },
  ],
  ['a device misses a message', 'unhealed sockets', ({ ben }) => void messagesOf(ben).delete('m2')],
  [
    'a device missed a receipt',
    'unhealed sockets',
    ({ ann }) => Object.assign(heldOf(ann, 'm1') as object, { readAt: null }),
  ],
  [
    'a device shows what its user deleted',
    'unhealed sockets',
    ({ conversation }) => {
      conversation.version = 5
      Object.assign(conversation.messages[2] as StoredMessage, { deletedByRecipient: true, version: 5 })
    },
  ],
  [
    'a device shows a conversation that its user deleted',
    'unhealed sockets',
    ({ conversation, ben }) => {
      Object.assign(conversation.sides[1], { hidden: true, clearedSeq: 3 })
      messagesOf(ben).clear()
    },
  ],
  [
    'a device does not know that a conversation was pinned',
    'unhealed sockets',
    ({ conversation }) => Object.assign(conversation.sides[0], { pinned: true }),
  ],
  [
    'somebody gets a frame about a conversation of others',
    "strangers' events",
    ({ run }) => {
      run.devices.push({ name: 'eve', userId: EVE, conversations: new Map(), listed: new Map() })
      run.entries.push(frameEntry('eve', storedMessage('m1', 1)))
    },
  ],
  [
    'a receipt was counted twice',
    'version gaps',
    ({ conversation }) => {
      conversation.version = 6
      ;(conversation.messages[0] as StoredMessage).version = 6
    },
  ],
  [
    'a conversation has a version that no change took',
    'version gaps',
    ({ conversation }) => {
      Object.assign(conversation.messages[1] as StoredMessage, { deliveredAt: 't' })
      conversation.version = 5
    },
  ],
  [
    'an accepted receipt is not stored',
    'receipts lost',
    ({ run }) =>
      void run.records.receipts.push({
        userId: BEN,
        conversationId: CONVERSATION,
        status: 'read',
        upToSeq: 2,
      }),
  ],
  [
    'an accepted delivery receipt is not stored',
    'receipts lost',
    ({ run }) =>
      void run.records.receipts.push({
        ...{ userId: BEN, conversationId: CONVERSATION, status: 'delivered', messageIds: ['m3'] },
      }),
  ],
  [
    'an accepted deletion is not stored',
    'own changes lost',
    ({ run }) =>
      void run.records.deletions.push({ userId: ANN, conversationId: CONVERSATION, messageId: 'm1' }),
  ],
  [
    'an older setting won over the last one accepted',
    'own changes lost',
    ({ run }) =>
      void run.records.sideChanges.push(
        { userId: ANN, conversationId: CONVERSATION, settings: { pinned: false } },
        { userId: ANN, conversationId: CONVERSATION, settings: { pinned: true } },
      ),
  ],
  [
    'a conversation is not cleared as far as was accepted',
    'own changes lost',
    ({ run }) =>
      void run.records.sideChanges.push({ userId: ANN, conversationId: CONVERSATION, clearedSeq: 2 }),
  ],
  [
    'a request is answered with an error that no fault explains',
    'unexpected answers',
    ({ run }) => void run.records.unexpected.push({ device: 'ann', what: 'send', status: 500, detail: '' }),
  ],
]

for (const [title, guarantee, breakRun] of BREACHES)
  test(`${guarantee}: ${title}`, () => {
    const sample = buildSampleRun()
    breakRun(sample)
    expect(new Set(check(sample.run).map(finding => finding.guarantee))).toContain(guarantee)
  })

function messagesOf(device: Sample['ann']) {
  return (device.conversations.get(CONVERSATION) as { messages: Map<string, unknown> }).messages
}

function heldOf(device: Sample['ann'], id: string) {
  return messagesOf(device).get(id)
}

function store({ conversation }: Sample, message: StoredMessage): void {
  conversation.messages.push(message)
}
