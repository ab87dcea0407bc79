import { CreateTableCommand, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import dynalite from 'dynalite'
import { type ConnectionsTable, createConnectionsTable } from '../../shared/connections/connections-table.ts'
import { listen } from '../../shared/listen.ts'

export const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' }

export interface TestTable extends AsyncDisposable {
  table: ConnectionsTable
  /** A user's item as it is stored. */
  readItem(userId: number): ReturnType<typeof toItem>
}

const toItem = async (client: DynamoDBClient, TableName: string, userId: number) => {
  const result = await client.send(new GetItemCommand({ TableName, Key: { userId: { N: String(userId) } } }))
  return result.Item
}

/** The registry's table in a DynamoDB of its own. */
export async function startTable(lifetimeSeconds = 7200): Promise<TestTable> {
  const server = dynalite({ createTableMs: 0 })
  const port = await listen(server, { host: '127.0.0.1', port: 0 })
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-central-1',
    credentials: CREDENTIALS,
  })
  const table = createConnectionsTable(client, { lifetimeSeconds })
  await client.send(
    new CreateTableCommand({
      TableName: table.name,
      KeySchema: [{ AttributeName: 'userId', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'userId', AttributeType: 'N' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  )
  return {
    table,
    readItem: userId => toItem(client, table.name, userId),
    async [Symbol.asyncDispose]() {
      client.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
