import { PublishBatchCommand, SNSClient } from '@aws-sdk/client-sns'
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, expect, test } from 'vitest'
import { buildEvent } from '../../shared/contract/events.ts'
import { newId } from '../../shared/contract/identifiers.ts'
import { createCommandSender } from '../../shared/messaging/command-sender.ts'
import { createEventPublisher } from '../../shared/messaging/event-publisher.ts'
import { ADA, BOB, EVE, sendCommand } from '../support/commands.ts'

/** Partial failures and time-outs, which no emulator gives on demand. */
const sqsClient = new SQSClient({ region: 'eu-central-1' })
const snsClient = new SNSClient({ region: 'eu-central-1' })
const sqs = mockClient(sqsClient)
const sns = mockClient(snsClient)
const sender = createCommandSender(sqsClient, 'https://sqs.example/1/commands.fifo')
const publisher = createEventPublisher(snsClient, 'arn:aws:sns:eu-central-1:1:events.fifo')

beforeEach(() => {
  sqs.reset()
  sns.reset()
})

function typingEvent(conversationId: string) {
  const data = { audience: [BOB], conversationId, userId: ADA, isTyping: true }
  const time = new Date().toISOString()
  return buildEvent({ id: newId(), name: 'typing.changed', conversationId, time, data })
}

test('a command is sent once under its own id, in the group of its conversation, with its trace', async () => {
  sqs.on(SendMessageBatchCommand).resolves({})
  const command = sendCommand(ADA, BOB)
  await sender.send(command, { traceparent: '00-trace', tracestate: 'vendor=opaque' })
  expect(sqs.commandCalls(SendMessageBatchCommand).map(call => call.args[0].input.Entries)).toEqual([
    [
      {
        Id: '0',
        MessageBody: JSON.stringify(command),
        MessageGroupId: command.conversationId,
        MessageDeduplicationId: command.id,
        MessageAttributes: {
          traceparent: { DataType: 'String', StringValue: '00-trace' },
          tracestate: { DataType: 'String', StringValue: 'vendor=opaque' },
        },
      },
    ],
  ])
})

test('a command that the queue refuses is 503 for its sender alone', async () => {
  const failed = { Id: '1', Code: 'InternalError', SenderFault: false }
  sqs
    .on(SendMessageBatchCommand)
    .resolvesOnce({})
    .resolvesOnce({ Successful: [], Failed: [failed] })
  const commands = [sendCommand(ADA, BOB), sendCommand(ADA, EVE), sendCommand(EVE, BOB)]
  const results = await Promise.allSettled(commands.map(command => sender.send(command)))
  expect(results).toEqual([
    { status: 'fulfilled', value: undefined },
    { status: 'fulfilled', value: undefined },
    {
      status: 'rejected',
      reason: expect.objectContaining({
        status: 503,
        headers: { 'Retry-After': '2' },
        cause: expect.objectContaining({ message: 'InternalError: refused' }),
      }),
    },
  ])
})

test('while the queue is away senders are told 503, and nothing of the inside', async () => {
  sqs.on(SendMessageBatchCommand).rejects(new Error('connect ECONNREFUSED 10.0.0.7:443'))
  const refusal = sender.send(sendCommand(ADA, BOB))
  await expect(refusal).rejects.toMatchObject({ name: 'ProblemError', status: 503 })
  await expect(refusal).rejects.not.toThrow('10.0.0.7')
})

test('events given together are published in one call, each under its own id and type; a refused one fails alone', async () => {
  const failed = { Id: '1', Code: 'Throttled', SenderFault: false, Message: 'slow down' }
  sns.on(PublishBatchCommand).resolvesOnce({ Failed: [failed] })
  const events = [typingEvent(newId()), typingEvent(newId()), typingEvent(newId())] as const
  const results = await Promise.allSettled(
    events.map(event => publisher.publish(event, { traceparent: '00-trace' })),
  )
  expect(results.map(result => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  const calls = sns.commandCalls(PublishBatchCommand)
  expect(calls).toHaveLength(1)
  const [first] = calls[0]?.args[0].input.PublishBatchRequestEntries ?? []
  expect(first).toMatchObject({
    Message: JSON.stringify(events[0]),
    MessageGroupId: events[0].subject,
    MessageDeduplicationId: events[0].id,
    MessageAttributes: {
      type: { StringValue: 'co.growzone.chat.typing.changed' },
      traceparent: { StringValue: '00-trace' },
    },
  })
})
