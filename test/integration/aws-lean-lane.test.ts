import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { PublishBatchCommand } from '@aws-sdk/client-sns'
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  type ReceiveMessageCommandOutput,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { awsRequests } from '../../shared/aws/aws-metrics.ts'
import { takeLeanLane } from '../../shared/aws/lean-lane.ts'
import { createTestAws } from '../support/test-aws.ts'

const AWKWARD = 'ä & <b> "q" \n 100 % + = ]]> \u2028'
const CALLS = 3

let aws: Awaited<ReturnType<typeof createTestAws>>
beforeAll(async () => {
  aws = await createTestAws()
  for (const client of [aws.sqs, aws.sns, aws.dynamodb]) takeLeanLane(client, { CHAT_LEAN_LANE: 'on' })
})
afterAll(() => aws[Symbol.asyncDispose]())

/** Requests by the lane: the SDK's own are not counted on these clients. */
async function leanRequests(operation: string): Promise<number> {
  const { values } = await awsRequests.get()
  return values.find(({ labels }) => labels.operation === operation)?.value ?? 0
}

let made = 0
function entry() {
  const n = ++made
  return { Id: '0', MessageGroupId: 'group', MessageDeduplicationId: `${n}`, text: `${n} ${AWKWARD}` }
}
const attributes = { traceparent: { DataType: 'String', StringValue: AWKWARD } }

async function receiveAll(QueueUrl: string): Promise<string[]> {
  const bodies: string[] = []
  for (let received: ReceiveMessageCommandOutput['Messages']; received?.length !== 0; ) {
    const answer = await aws.sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
    )
    received = answer.Messages ?? []
    if (received.length === 0) break
    for (const { Body = '', MessageAttributes } of received) {
      expect(MessageAttributes?.traceparent?.StringValue).toBe(AWKWARD)
      bodies.push(Body)
    }
    const Entries = received.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }))
    const { Failed = [] } = await aws.sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }))
    expect(Failed).toEqual([])
  }
  return bodies
}

test('what goes by the lane arrives as it was sent, and each call is made once', async () => {
  const sent: string[] = []
  for (let call = 0; call <= CALLS; call++) {
    const { text, ...rest } = entry()
    const Entries = [{ ...rest, MessageBody: text, MessageAttributes: attributes }]
    const send = new SendMessageBatchCommand({ QueueUrl: aws.commandsQueueUrl, Entries })
    expect(await aws.sqs.send(send)).toMatchObject({ Failed: [] })
    sent.push(text)
  }
  expect(await receiveAll(aws.commandsQueueUrl)).toEqual(sent)
  expect(await leanRequests('SendMessageBatch')).toBe(CALLS)
})

test('what is published by the lane arrives as it was published, and each call is made once', async () => {
  const published: string[] = []
  const type = { DataType: 'String', StringValue: 'co.growzone.chat.message.created' }
  for (let call = 0; call <= CALLS; call++) {
    const { text, ...rest } = entry()
    const PublishBatchRequestEntries = [
      { ...rest, Message: text, MessageAttributes: { ...attributes, type } },
    ]
    await aws.sns.send(new PublishBatchCommand({ TopicArn: aws.topicArn, PublishBatchRequestEntries }))
    published.push(text)
  }
  expect(await leanRequests('PublishBatch')).toBe(CALLS)
  await expect.poll(() => receiveAll(aws.deliveriesQueueUrl)).toEqual(published)
})

test('items are read by the lane, and each call is made once', async () => {
  const RequestItems = {
    [aws.names.connectionsTable.name]: { Keys: [{ userId: { N: '7' } }], ConsistentRead: true },
  }
  for (let call = 0; call <= CALLS; call++) {
    const { Responses } = await aws.dynamodb.send(new BatchGetItemCommand({ RequestItems }))
    expect(Responses).toEqual({ [aws.names.connectionsTable.name]: [] })
  }
  expect(await leanRequests('BatchGetItem')).toBe(CALLS)
})

test('items are updated by the lane, and a condition that fails is told as the SDK tells it', async () => {
  const update = (ConditionExpression?: string) =>
    aws.dynamodb.send(
      new UpdateItemCommand({
        TableName: aws.names.connectionsTable.name,
        Key: { userId: { N: '8' } },
        UpdateExpression: 'SET #text = :text',
        ExpressionAttributeNames: { '#text': `c#${AWKWARD}` },
        ExpressionAttributeValues: { ':text': { S: AWKWARD } },
        ReturnValues: 'ALL_NEW',
        ...(ConditionExpression !== undefined && { ConditionExpression }),
      }),
    )
  for (let call = 0; call <= CALLS; call++) {
    const { Attributes } = await update()
    expect(Attributes).toEqual({ userId: { N: '8' }, [`c#${AWKWARD}`]: { S: AWKWARD } })
  }
  expect(await leanRequests('UpdateItem')).toBe(CALLS)
  await expect(update('attribute_not_exists(userId)')).rejects.toThrow(ConditionalCheckFailedException)
})
