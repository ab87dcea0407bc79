import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type TableDescription,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import type { CallLimit } from '../call-within.ts'
import type { KeyDeclaration, TableDeclaration } from '../topology.ts'
import { type Drift, type Ensured, ensured, isNamed } from './drift.ts'

type Limit = Pick<CallLimit, 'abortSignal'>

const MAKE_ANEW = 'the key of a table is for ever: delete it and run provision again; clients connect anew'

const SWITCH_OFF_FIRST =
  'switch the other off first: aws dynamodb update-time-to-live, then, an hour later, run provision again'

export async function readTable(
  dynamodb: DynamoDBClient,
  name: string,
  limit?: Limit,
): Promise<TableDescription | undefined> {
  try {
    return (await dynamodb.send(new DescribeTableCommand({ TableName: name }), limit)).Table
  } catch (error) {
    if (isNamed(error, 'ResourceNotFoundException')) return undefined
    throw error
  }
}

export async function findTableDrift(
  dynamodb: DynamoDBClient,
  table: TableDescription,
  declared: TableDeclaration,
  limit?: Limit,
): Promise<Drift[]> {
  const mustBe = keysOf(declared)
    .map(({ name, type }) => `${name} (${type})`)
    .join(', ')
  const is = describeKey(table)
  const ofKey: Drift[] =
    is === mustBe ? [] : [{ setting: 'key', is, mustBe, harm: 'broken', remedy: MAKE_ANEW }]
  return [...ofKey, ...(await findTimeToLiveDrift(dynamodb, declared, limit))]
}

function describeKey({ KeySchema = [], AttributeDefinitions = [] }: TableDescription): string {
  const typeOf = (name?: string) =>
    AttributeDefinitions.find(({ AttributeName }) => AttributeName === name)?.AttributeType
  return KeySchema.map(({ AttributeName: name }) => `${name} (${typeOf(name)})`).join(', ')
}

/** Nothing where the emulator has no time to live (dynalite): readers look at `expiresAt` themselves. */
async function findTimeToLiveDrift(
  dynamodb: DynamoDBClient,
  { name, timeToLiveAttribute }: TableDeclaration,
  limit?: Limit,
): Promise<Drift[]> {
  const { TimeToLiveDescription: description } = await dynamodb.send(
    new DescribeTimeToLiveCommand({ TableName: name }),
    limit,
  )
  const is = description?.TimeToLiveStatus?.startsWith('ENABL') ? description.AttributeName : undefined
  if (is === timeToLiveAttribute) return []
  const drift: Drift = { setting: 'time to live', is, mustBe: timeToLiveAttribute, harm: 'degraded' }
  return [is === undefined ? drift : { ...drift, remedy: SWITCH_OFF_FIRST }]
}

export async function ensureTable(dynamodb: DynamoDBClient, declared: TableDeclaration): Promise<Ensured> {
  const { name } = declared
  const found = await readTable(dynamodb, name)
  if (found === undefined) await createTable(dynamodb, declared)
  await waitUntilTableExists(
    { client: dynamodb, maxWaitTime: 60, minDelay: 0.05, maxDelay: 2 },
    { TableName: name },
  )
  const table = found ?? (await readTable(dynamodb, name)) ?? {}
  const mended: Drift[] = []
  for (const drift of await findTableDrift(dynamodb, table, declared))
    if (drift.remedy !== undefined || (await enableTimeToLive(dynamodb, declared))) mended.push(drift)
  return ensured(found === undefined, mended)
}

async function createTable(dynamodb: DynamoDBClient, declared: TableDeclaration) {
  const keys = keysOf(declared)
  await dynamodb.send(
    new CreateTableCommand({
      TableName: declared.name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: keys.map(({ name, type }) => ({ AttributeName: name, AttributeType: type })),
      KeySchema: keys.map(({ name }, index) => ({
        AttributeName: name,
        KeyType: index === 0 ? 'HASH' : 'RANGE',
      })),
    }),
  )
}

function keysOf({ partitionKey, sortKey }: TableDeclaration): KeyDeclaration[] {
  return sortKey ? [partitionKey, sortKey] : [partitionKey]
}

/** False where the emulator has none. */
async function enableTimeToLive(dynamodb: DynamoDBClient, { name, timeToLiveAttribute }: TableDeclaration) {
  const TimeToLiveSpecification = { Enabled: true, AttributeName: timeToLiveAttribute }
  try {
    await dynamodb.send(new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification }))
    return true
  } catch (error) {
    if (isNamed(error, 'UnknownOperationException')) return false
    throw error
  }
}
