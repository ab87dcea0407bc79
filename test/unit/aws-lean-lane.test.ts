import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  ApiGatewayManagementApiClient,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi'
import { BatchGetItemCommand, DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { PublishBatchCommand, SNSClient } from '@aws-sdk/client-sns'
import {
  DeleteMessageBatchCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { callWithin } from '../../shared/aws/call-within.ts'
import { takeLeanLane } from '../../shared/aws/lean-lane.ts'

interface Seen {
  path: string
  headers: IncomingMessage['headers']
  body: string
}
type Answer = (response: ServerResponse) => void

/** What the endpoint got, and what it says next; what is not told is a success with an empty object. */
const seen: Seen[] = []
let answers: Answer[] = []
const server = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  seen.push({ path: request.url ?? '', headers: request.headers, body })
  const answer = answers.shift() ?? say(200, '{}')
  answer(response)
})

const say =
  (status: number, body: string, headers: Record<string, string> = {}): Answer =>
  response =>
    response.writeHead(status, headers).end(body)
const hangUp: Answer = response => response.destroy()
const never: Answer = () => {}

let endpoint: string
beforeAll(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
afterEach(() => {
  seen.length = 0
  answers = []
})

const settings = () => ({
  endpoint,
  region: 'eu-west-3',
  maxAttempts: 1,
  credentials: { accessKeyId: 'key', secretAccessKey: 'secret', sessionToken: 'session' },
})
const ON = { CHAT_LEAN_LANE: 'on' } as const
const createSqs = () => takeLeanLane(new SQSClient(settings()), ON)
const isLean = ({ headers }: Seen) => headers['amz-sdk-invocation-id'] === undefined
const lanes = () => seen.map(request => (isLean(request) ? 'lean' : 'sdk'))

const receive = () => new ReceiveMessageCommand({ QueueUrl: `${endpoint}/1/a.fifo`, WaitTimeSeconds: 5 })
const PUBLISHED = `<PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult>
  <Failed/><Successful><member><Id>0</Id><MessageId>m</MessageId></member></Successful>
  </PublishBatchResult></PublishBatchResponse>`
const REFUSED = `<PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult>
  <Successful/><Failed><member><Id>0</Id><Code>InternalError</Code><SenderFault>false</SenderFault></member></Failed>
  </PublishBatchResult></PublishBatchResponse>`
const awkward = 'ä & <b> "q" \n 100 % + = \u{1F600}'
const attributes = {
  type: { DataType: 'String', StringValue: awkward },
  b: { DataType: 'String', StringValue: 'c' },
}
const publish = () =>
  new PublishBatchCommand({
    TopicArn: 'arn:aws:sns:eu-west-3:1:events.fifo',
    PublishBatchRequestEntries: [
      {
        Id: '0',
        Message: awkward,
        MessageGroupId: 'g',
        MessageDeduplicationId: 'd',
        MessageAttributes: attributes,
      },
    ],
  })

const queue = { QueueUrl: 'https://sqs.eu-west-3.amazonaws.com/1/a.fifo' }
const operations: [string, () => { send: (command: never) => Promise<object> }, () => object, Answer][] = [
  [
    'SendMessageBatch',
    createSqs,
    () =>
      new SendMessageBatchCommand({
        ...queue,
        Entries: [{ Id: '0', MessageBody: awkward, MessageGroupId: 'g', MessageAttributes: attributes }],
      }),
    say(200, '{"Successful":[],"Failed":[{"Id":"0","Code":"Bad","SenderFault":true,"Message":"no"}]}'),
  ],
  [
    'ReceiveMessage',
    createSqs,
    () => new ReceiveMessageCommand({ ...queue, WaitTimeSeconds: 5, MessageAttributeNames: ['All'] }),
    say(
      200,
      '{"Messages":[{"MessageId":"m","ReceiptHandle":"r","Body":"","MD5OfBody":"d41d8cd98f00b204e9800998ecf8427e","Attributes":{"MessageGroupId":"g"}}]}',
    ),
  ],
  [
    'DeleteMessageBatch',
    createSqs,
    () => new DeleteMessageBatchCommand({ ...queue, Entries: [{ Id: '0', ReceiptHandle: awkward }] }),
    say(200, '{"Successful":[{"Id":"0"}],"Failed":[]}'),
  ],
  [
    'BatchGetItem',
    () => takeLeanLane(new DynamoDBClient(settings()), ON),
    () =>
      new BatchGetItemCommand({
        RequestItems: { table: { Keys: [{ userId: { N: '7' } }], ConsistentRead: true } },
      }),
    say(
      200,
      '{"Responses":{"table":[{"userId":{"N":"7"},"c#x":{"M":{"at":{"S":"t"}}}}]},"UnprocessedKeys":{}}',
    ),
  ],
  [
    'UpdateItem',
    () => takeLeanLane(new DynamoDBClient(settings()), ON),
    () =>
      new UpdateItemCommand({
        TableName: 'table',
        Key: { userId: { N: '7' } },
        UpdateExpression: 'SET #c = :c',
        ExpressionAttributeNames: { '#c': 'c#a/b+c=' },
        ExpressionAttributeValues: { ':c': { M: { at: { S: awkward } } } },
        ReturnValues: 'ALL_NEW',
      }),
    say(200, '{"Attributes":{"userId":{"N":"7"},"c#a/b+c=":{"M":{"at":{"S":"t"}}}}}'),
  ],
  [
    'PostToConnection',
    () =>
      takeLeanLane(new ApiGatewayManagementApiClient({ ...settings(), endpoint: `${endpoint}/prod` }), ON),
    () => new PostToConnectionCommand({ ConnectionId: 'a/b+c=', Data: Buffer.from(awkward) }),
    say(200, ''),
  ],
  ['PublishBatch', () => takeLeanLane(new SNSClient(settings()), ON), publish, say(200, PUBLISHED)],
]

test.each(operations)(
  '%s: the lane sends what the SDK sends, and gives what it gives',
  async (name, create, build, answer) => {
    const client = create()
    answers = [answer, answer]
    const bySdk = await client.send(build() as never)
    const byLane = await client.send(build() as never)
    expect(lanes()).toEqual(['sdk', 'lean'])
    const [sdk, lean] = seen as [Seen, Seen]
    expect(lean.path).toBe(sdk.path)
    expect(lean.headers.host).toBe(sdk.headers.host)
    expect(lean.headers['x-amz-target']).toBe(sdk.headers['x-amz-target'])
    expect(lean.headers['content-type']).toBe(sdk.headers['content-type'])
    expect(lean.headers['x-amz-security-token']).toBe('session')
    expect(scopeOf(lean)).toBe(scopeOf(sdk))
    expect(readBody(lean)).toEqual(readBody(sdk))
    // The lane does not read what of an answer nobody uses.
    if (name !== 'PublishBatch') expect({ ...bySdk, $metadata: undefined }).toMatchObject(byLane)
    else expect(byLane).toEqual({ Successful: [], Failed: [] })
  },
)

function scopeOf({ headers }: Seen): string | undefined {
  return /Credential=([^,]+)/.exec(headers.authorization ?? '')?.[1]
}

function readBody({ headers, body }: Seen): unknown {
  if (headers['content-type']?.includes('json')) return JSON.parse(body)
  return headers['content-type']?.includes('form') ? Object.fromEntries(new URLSearchParams(body)) : body
}

test('what is not a plain success is done again by the SDK, with its typed errors', async () => {
  const gone = say(410, '{"message":"gone"}', { 'x-amzn-errortype': 'GoneException' })
  const client = takeLeanLane(new ApiGatewayManagementApiClient(settings()), ON)
  const post = () => client.send(new PostToConnectionCommand({ ConnectionId: 'c', Data: 'x' }))
  await post()
  answers = [gone, gone]
  await expect(post()).rejects.toBeInstanceOf(GoneException)
  for (const failure of [say(500, ''), say(429, ''), say(403, '{"__type":"ExpiredToken"}'), hangUp]) {
    answers = [failure, say(200, '')]
    await expect(post()).resolves.toBeDefined()
    expect(lanes().slice(-2)).toEqual(['lean', 'sdk'])
  }
})

test('an answer that cannot be read is asked for again by the SDK', async () => {
  const client = createSqs()
  await client.send(receive())
  answers = [say(200, 'not JSON'), say(200, '{"Messages":[]}')]
  expect(await client.send(receive())).toMatchObject({ Messages: [] })
  expect(lanes()).toEqual(['sdk', 'lean', 'sdk'])
})

test('a batch that was not published whole is published again by the SDK, which tells what was refused', async () => {
  const client = takeLeanLane(new SNSClient(settings()), ON)
  answers = [say(200, PUBLISHED), say(200, REFUSED), say(200, REFUSED)]
  await client.send(publish())
  const { Failed } = await client.send(publish())
  expect(Failed).toEqual([expect.objectContaining({ Id: '0', Code: 'InternalError' })])
  expect(lanes()).toEqual(['sdk', 'lean', 'sdk'])
})

test('who gives up gets the reason, and nothing is sent again', async () => {
  const client = createSqs()
  await client.send(receive())
  answers = [never]
  const reason = new Error('given up')
  const giving = new AbortController()
  const receiving = client.send(receive(), { abortSignal: giving.signal })
  await expect.poll(() => seen.length).toBe(2)
  giving.abort(reason)
  await expect(receiving).rejects.toBe(reason)
  await expect(client.send(receive(), { abortSignal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  expect(lanes()).toEqual(['sdk', 'lean'])
})

test('each queue is found by the SDK once; other operations always are', async () => {
  const client = createSqs()
  const of = (QueueUrl: string) => client.send(new ReceiveMessageCommand({ QueueUrl }))
  for (const name of ['a', 'b', 'a', 'b']) await of(`${endpoint}/1/${name}.fifo`)
  expect(lanes()).toEqual(['sdk', 'sdk', 'lean', 'lean'])
  await client.send(new GetQueueUrlCommand({ QueueName: 'a.fifo' }))
  await client.send(new GetQueueUrlCommand({ QueueName: 'a.fifo' }))
  expect(lanes().slice(4)).toEqual(['sdk', 'sdk'])
})

test('with the lane off every call is the SDK’s', async () => {
  const client = takeLeanLane(new SQSClient(settings()), { CHAT_LEAN_LANE: 'off' })
  for (let n = 0; n < 3; n++) await client.send(receive())
  expect(lanes()).toEqual(['sdk', 'sdk', 'sdk'])
})

test('a call that takes longer than its limit ends with it, and is not made again', async () => {
  const client = createSqs()
  await client.send(receive())
  answers = [never]
  await expect(callWithin(50, limit => client.send(receive(), limit))).rejects.toMatchObject({
    name: 'TimeoutError',
    message: 'no answer within 50 ms',
  })
  expect(lanes()).toEqual(['sdk', 'lean'])
})

test('what the lane has left of the limit is all that the SDK gets', async () => {
  const client = createSqs()
  await client.send(receive())
  answers = [hangUp, never]
  const startedAt = performance.now()
  await expect(callWithin(300, limit => client.send(receive(), limit))).rejects.toThrow()
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(290)
  expect(lanes()).toEqual(['sdk', 'lean', 'sdk'])
})
