/**
 * What all processes together have taken, in DynamoDB: for each limit of each user who takes much, when his bucket will be
 * full again. Whoever tells what he took adds to that time, and the answer holds what all others have added.
 */
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb'
import { callWithin } from '../aws/call-within.ts'
import { topology } from '../aws/topology.ts'
import type { LimitStore } from './tell-spending.ts'

const CALL_TIMEOUT_MS = 500
/** Each time it is another process that came between. */
const MAX_ATTEMPTS = 4
/** After nobody would be told to wait any more; clocks differ. */
const KEPT_SECONDS = 60

export function createLimitsTable(client: DynamoDBClient, prefix = ''): LimitStore {
  const TableName = topology(prefix).limitsTable.name

  /** Undefined where the condition does not hold. */
  async function update(
    name: string,
    form: Pick<UpdateItemCommandInput, 'UpdateExpression' | 'ConditionExpression'>,
    values: Record<string, number>,
  ): Promise<number | undefined> {
    const command = new UpdateItemCommand({
      TableName,
      Key: { limitName: { S: name } },
      ...form,
      ExpressionAttributeValues: Object.fromEntries(
        Object.entries(values).map(([key, value]) => [key, { N: spell(value) }]),
      ),
      ReturnValues: 'UPDATED_NEW',
    })
    try {
      const { Attributes } = await callWithin(CALL_TIMEOUT_MS, limit => client.send(command, limit))
      return Number(Attributes?.fullAt?.N)
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined
      throw error
    }
  }

  return {
    async add(name, { since, ms }, { sharedFullAt, capacityMs }) {
      const common = { ':since': since, ':expiresAt': expiryAfter(2 * capacityMs) }
      const prolong = () => update(name, PROLONG, { ...common, ':spent': ms })
      const begin = () => update(name, BEGIN, { ...common, ':fullAt': since + ms })
      let isRunning = sharedFullAt > since
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        const fullAt = await (isRunning ? prolong() : begin())
        if (fullAt !== undefined) return fullAt
        isRunning = !isRunning
      }
      throw new Error(`${name} changed ${MAX_ATTEMPTS} times meanwhile`)
    },
  }
}

/** While something is missing. */
const PROLONG = {
  UpdateExpression: 'SET fullAt = fullAt + :spent, expiresAt = :expiresAt',
  ConditionExpression: 'fullAt > :since',
}
/** Where the bucket was full, or nothing was ever told of it; DynamoDB deletes what has expired within days only. */
const BEGIN = {
  UpdateExpression: 'SET fullAt = :fullAt, expiresAt = :expiresAt',
  ConditionExpression: 'attribute_not_exists(fullAt) OR fullAt <= :since',
}

/** Epoch seconds, as the table's TTL wants it. */
function expiryAfter(ms: number): number {
  return Math.ceil((Date.now() + ms) / 1_000) + KEPT_SECONDS
}

/** To the microsecond: never with an exponent, and never with digits that are none. */
function spell(value: number): string {
  return String(Math.round(value * 1_000) / 1_000)
}
