/**
 * When API Gateway must be told to end a socket: one DynamoDB item for each socket whose token ends before it does. Items
 * lie by the minute in which they are due, so that a look each minute reads what is due and nothing else, however many
 * users there are. A minute is spread over a few keys, for many tokens end together when many sockets opened together.
 */
import { createHash } from 'node:crypto'
import {
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  type QueryCommandOutput,
} from '@aws-sdk/client-dynamodb'
import { topology } from '../aws/topology.ts'
import { callTable } from './connections-table.ts'

const SHARDS = 4
const MINUTE_SECONDS = 60
/** Looks that were missed are made up for this far back; a socket lives two hours at most. */
const LOOK_BACK_MINUTES = 5
/** For what was not looked at: DynamoDB deletes it. */
const KEPT_SECONDS = 60 * 60
const TIME_DIGITS = 10

export interface SocketEndings {
  client: DynamoDBClient
  name: string
}

export interface SocketEnding {
  connectionId: string
  minute: string
  ending: string
}

export function createSocketEndings(client: DynamoDBClient, prefix = ''): SocketEndings {
  return { client, name: topology(prefix).socketEndingsTable.name }
}

/** Notes that a socket shall end at a time. Fails with RegistryError alone. */
export async function planEnding(table: SocketEndings, connectionId: string, at: Date): Promise<void> {
  const seconds = Math.floor(at.getTime() / 1000)
  const shard = createHash('sha256').update(connectionId).digest().readUInt8() % SHARDS
  const Item = {
    minute: { S: minuteKey(seconds, shard) },
    ending: { S: `${timeKey(seconds)}#${connectionId}` },
    expiresAt: { N: String(seconds + KEPT_SECONDS) },
  }
  await callTable(options => table.client.send(new PutItemCommand({ TableName: table.name, Item }), options))
}

/** What is due at a time and was not removed yet. Fails with RegistryError alone. */
export async function findDueEndings(table: SocketEndings, at: Date): Promise<SocketEnding[]> {
  const seconds = Math.floor(at.getTime() / 1000)
  const looks = Array.from({ length: LOOK_BACK_MINUTES * SHARDS }, (_, index) => {
    const minutesAgo = Math.floor(index / SHARDS)
    return findDueOf(table, minuteKey(seconds - minutesAgo * MINUTE_SECONDS, index % SHARDS), seconds)
  })
  return (await Promise.all(looks)).flat()
}

export async function removeEnding(table: SocketEndings, { minute, ending }: SocketEnding): Promise<void> {
  const Key = { minute: { S: minute }, ending: { S: ending } }
  await callTable(options =>
    table.client.send(new DeleteItemCommand({ TableName: table.name, Key }), options),
  )
}

async function findDueOf(table: SocketEndings, minute: string, seconds: number): Promise<SocketEnding[]> {
  const due: SocketEnding[] = []
  let from: QueryCommandOutput['LastEvaluatedKey']
  do {
    const query = new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: '#minute = :minute AND ending < :next',
      ExpressionAttributeNames: { '#minute': 'minute' },
      ExpressionAttributeValues: { ':minute': { S: minute }, ':next': { S: timeKey(seconds + 1) } },
      ExclusiveStartKey: from,
    })
    const { Items = [], LastEvaluatedKey } = await callTable(options => table.client.send(query, options))
    for (const item of Items) {
      const ending = item.ending?.S ?? ''
      due.push({ connectionId: ending.slice(TIME_DIGITS + 1), minute, ending })
    }
    from = LastEvaluatedKey
  } while (from)
  return due
}

function minuteKey(seconds: number, shard: number): string {
  return `${Math.floor(seconds / MINUTE_SECONDS)}#${shard}`
}

/** Sorts as the times do. */
function timeKey(seconds: number): string {
  return String(seconds).padStart(TIME_DIGITS, '0')
}
