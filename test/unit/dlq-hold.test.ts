import {
  ChangeMessageVisibilityBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { mockClient } from 'aws-sdk-client-mock'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type HoldOptions, holdDeadLetters } from '../../shared/messaging/hold-dead-letters.ts'

/** What no emulator does on demand: calls that fail in part or are throttled, and a visibility that runs out. */
const client = new SQSClient({ region: 'eu-central-1' })
const sqs = mockClient(client)
const QUEUE = { url: 'https://sqs.example/1/dlq.fifo', originUrl: 'https://sqs.example/1/origin.fifo' }

const messageOf = (id: string, receiptHandle = id) => ({
  MessageId: id,
  ReceiptHandle: receiptHandle,
  Body: `body ${id}`,
  Attributes: { MessageGroupId: id },
})
const hold = (options: Partial<HoldOptions> = {}) =>
  holdDeadLetters(client, QUEUE, { matches: () => true, signal: new AbortController().signal, ...options })
const changes = () =>
  sqs
    .commandCalls(ChangeMessageVisibilityBatchCommand)
    .map(call => call.args[0].input.Entries?.map(entry => [entry.ReceiptHandle, entry.VisibilityTimeout]))

beforeEach(() => {
  sqs.reset()
  sqs.onAnyCommand().resolves({})
})
afterEach(() => vi.useRealTimers())

test('what could not be made visible is tried again, alone', async () => {
  sqs
    .on(ReceiveMessageCommand)
    .resolvesOnce({ Messages: [messageOf('a'), messageOf('b')] })
    .resolves({})
  sqs
    .on(ChangeMessageVisibilityBatchCommand)
    .rejectsOnce(new Error('throttled'))
    .resolvesOnce({ Successful: [], Failed: [{ Id: '1', Code: 'InternalError', SenderFault: false }] })
    .resolves({})
  {
    await using held = hold()
    await held.receiveAll()
  }
  expect(changes()).toEqual([
    [
      ['a', 0],
      ['b', 0],
    ],
    [
      ['a', 0],
      ['b', 0],
    ],
    [['b', 0]],
  ])
})

test('what stays hidden in the end is told', async () => {
  sqs
    .on(ReceiveMessageCommand)
    .resolvesOnce({ Messages: [messageOf('a')] })
    .resolves({})
  sqs.on(ChangeMessageVisibilityBatchCommand).rejects(new Error('away'))
  const held = hold()
  await held.receiveAll()
  await expect(held[Symbol.asyncDispose]()).rejects.toThrow('1 dead letters stay hidden for up to 60 s')
})

test('one that comes again is held by its newest handle, and counts once', async () => {
  sqs
    .on(ReceiveMessageCommand)
    .resolvesOnce({ Messages: [messageOf('a', 'old')] })
    .resolvesOnce({ Messages: [messageOf('a', 'new')] })
    .resolves({})
  sqs.on(GetQueueAttributesCommand).resolves({
    Attributes: { ApproximateNumberOfMessages: '2', ApproximateNumberOfMessagesNotVisible: '1' },
  })
  const held = hold()
  expect(await held.receiveAll()).toMatchObject([{ receiptHandle: 'new' }])
  expect(held.countUnseen()).toBe(2)
  await held[Symbol.asyncDispose]()
  expect(changes()).toEqual([[['new', 0]]])
})

test('what is held stays hidden for as long as somebody thinks', async () => {
  vi.useFakeTimers()
  sqs
    .on(ReceiveMessageCommand)
    .resolvesOnce({ Messages: [messageOf('a'), messageOf('b')] })
    .resolves({})
  const held = hold({ matches: letter => letter.id === 'a', visibilityTimeoutSeconds: 30 })
  expect(await held.receiveAll()).toMatchObject([{ id: 'a' }])
  await vi.advanceTimersByTimeAsync(21_000)
  const both = [
    ['a', 30],
    ['b', 30],
  ]
  expect(changes()).toEqual([both, both])
  await held[Symbol.asyncDispose]()
  expect(changes()).toHaveLength(3)
})

test('a receive that fails waits for the others, and all that came is visible again', async () => {
  sqs
    .on(ReceiveMessageCommand)
    .rejectsOnce(new Error('away'))
    .callsFakeOnce(async () => {
      await new Promise(resolve => setTimeout(resolve, 20))
      return { Messages: [messageOf('a')] }
    })
    .resolves({})
  const held = hold()
  await expect(held.receiveAll()).rejects.toThrow('away')
  await held[Symbol.asyncDispose]()
  expect(changes()).toEqual([[['a', 0]]])
})
