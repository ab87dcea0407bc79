import {
  ApiGatewayManagementApiClient,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi'
import { BatchGetItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, expect, test } from 'vitest'
import { createConnectionsTable } from '../../shared/connections/connections-table.ts'
import { findConnections } from '../../shared/connections/find-connections.ts'
import { createPusher } from '../../shared/connections/push.ts'

const client = new DynamoDBClient({ region: 'eu-central-1' })
const dynamoDb = mockClient(client)
const managementApi = mockClient(ApiGatewayManagementApiClient)
const table = createConnectionsTable(client)
const push = createPusher(new ApiGatewayManagementApiClient({ endpoint: 'http://localhost:1' }))

beforeEach(() => {
  dynamoDb.reset()
  managementApi.reset()
})

const expiresAt = { N: String(Math.floor(Date.now() / 1000) + 60) }
const itemOf = (userId: number) => ({
  userId: { N: String(userId) },
  expiresAt,
  [`c#of${userId}=`]: { M: { expiresAt } },
})
const answerFor = (...userIds: number[]) => ({ Responses: { [table.name]: userIds.map(itemOf) } })
const unprocessed = (...userIds: number[]) => ({
  UnprocessedKeys: { [table.name]: { Keys: userIds.map(id => ({ userId: { N: String(id) } })) } },
})

test('asks again for the keys that DynamoDB left unprocessed, and only for those', async () => {
  dynamoDb
    .on(BatchGetItemCommand)
    .resolvesOnce({ ...answerFor(1), ...unprocessed(2, 3) })
    .resolvesOnce(unprocessed(2, 3))
    .resolvesOnce(answerFor(2, 3))
  expect(await findConnections(table, [1, 2, 3])).toEqual(
    new Map([
      [1, ['of1=']],
      [2, ['of2=']],
      [3, ['of3=']],
    ]),
  )
  const asked = dynamoDb.commandCalls(BatchGetItemCommand).map(call => call.args[0].input.RequestItems)
  expect(asked.map(items => items?.[table.name]?.Keys?.length)).toEqual([3, 2, 2])
  expect(asked.every(items => items?.[table.name]?.ConsistentRead)).toBe(true)
})

test('gives up with a retryable error when keys stay unprocessed', async () => {
  dynamoDb.on(BatchGetItemCommand).resolves(unprocessed(1))
  await expect(findConnections(table, [1])).rejects.toMatchObject({ code: 'throttled', retryable: true })
})

test('asks for at most 100 keys per call', async () => {
  dynamoDb.on(BatchGetItemCommand).resolves({})
  await findConnections(
    table,
    Array.from({ length: 201 }, (_, index) => index + 1),
  )
  const sizes = dynamoDb
    .commandCalls(BatchGetItemCommand)
    .map(call => call.args[0].input.RequestItems?.[table.name]?.Keys?.length)
  expect(sizes).toEqual([100, 100, 1])
})

const sdkError = (name: string, httpStatusCode?: number) =>
  Object.assign(new Error('from the SDK'), { name, $metadata: { httpStatusCode } })

test.each([
  [sdkError('InternalServerError', 500), 'unavailable', true],
  [sdkError('ProvisionedThroughputExceededException', 400), 'throttled', true],
  [sdkError('AccessDeniedException', 400), 'rejected', false],
  [Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }), 'unavailable', true],
  [sdkError('TimeoutError'), 'unavailable', true],
])('a failing look-up (%s) is told as %s', async (error, code, retryable) => {
  dynamoDb.on(BatchGetItemCommand).rejects(error)
  await expect(findConnections(table, [1])).rejects.toMatchObject({ name: 'RegistryError', code, retryable })
})

test('a push to a closed connection is an answer, not an error', async () => {
  const gone = new GoneException({ message: 'Gone', $metadata: { httpStatusCode: 410 } })
  managementApi.on(PostToConnectionCommand).rejects(gone)
  expect(await push('a=', 'hello')).toBe('gone')
})

test.each([
  [sdkError('LimitExceededException', 429), 'throttled', true],
  [sdkError('PayloadTooLargeException', 413), 'too_large', false],
  [sdkError('ForbiddenException', 403), 'rejected', false],
  [sdkError('Unknown', 503), 'unavailable', true],
])('a failing push (%s) is told as %s', async (error, code, retryable) => {
  managementApi.on(PostToConnectionCommand).rejects(error)
  await expect(push('a=', 'hello')).rejects.toMatchObject({ name: 'PushError', code, retryable })
})
