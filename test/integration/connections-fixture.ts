import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import dynalite from 'dynalite'
import { ensureTable } from '../../shared/aws/resources/table.ts'
import { topology } from '../../shared/aws/topology.ts'
import { type ConnectionsTable, createConnectionsTable } from '../../shared/connections/connections-table.ts'
import { createTicketsTable, type TicketsTable } from '../../shared/connections/tickets-table.ts'
import { listen } from '../../shared/listen.ts'

export const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' }

export interface TestTable extends AsyncDisposable {
  table: ConnectionsTable
  tickets: TicketsTable
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
  await Promise.all(topology().tables.map(declared => ensureTable(client, declared)))
  return {
    table,
    tickets: createTicketsTable(client),
    readItem: userId => toItem(client, table.name, userId),
    async [Symbol.asyncDispose]() {
      client.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
