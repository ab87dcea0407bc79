import {
  BatchGetItemCommand,
  DeleteItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import type { TableDeclaration, Topology } from '../../../shared/aws/topology.ts'
import type { Probe, RightsClients } from './probe.ts'

/** Nobody has the id 0, and nothing this for its hash or its name. */
const NOBODY = '0'
const NOTHING = 'doctor'

/** What is done with the items of each table, asked of an item that does not exist, on the condition that it does. */
export function tableProbes({ dynamodb }: RightsClients, names: Topology) {
  const onlyIfThere = ({ partitionKey }: TableDeclaration) => ({
    ConditionExpression: `attribute_exists(${partitionKey.name})`,
  })
  const keyOf = ({ partitionKey: { name, type } }: TableDeclaration) => ({
    [name]: type === 'N' ? { N: NOBODY } : { S: NOTHING },
  })
  const read = (table: TableDeclaration): Probe => ({
    ...{ action: 'dynamodb:BatchGetItem', on: table.name },
    ask: limit =>
      dynamodb.send(
        new BatchGetItemCommand({ RequestItems: { [table.name]: { Keys: [keyOf(table)] } } }),
        limit,
      ),
  })
  const update = (table: TableDeclaration): Probe => ({
    ...{ action: 'dynamodb:UpdateItem', on: table.name },
    ask: limit =>
      dynamodb.send(
        new UpdateItemCommand({
          ...{ TableName: table.name, Key: keyOf(table), UpdateExpression: 'REMOVE doctor' },
          ...onlyIfThere(table),
        }),
        limit,
      ),
  })
  const put = (table: TableDeclaration): Probe => ({
    ...{ action: 'dynamodb:PutItem', on: table.name },
    ask: limit =>
      dynamodb.send(
        new PutItemCommand({ TableName: table.name, Item: keyOf(table), ...onlyIfThere(table) }),
        limit,
      ),
  })
  const remove = (table: TableDeclaration): Probe => ({
    ...{ action: 'dynamodb:DeleteItem', on: table.name },
    ask: limit =>
      dynamodb.send(
        new DeleteItemCommand({ TableName: table.name, Key: keyOf(table), ...onlyIfThere(table) }),
        limit,
      ),
  })
  const { connectionsTable, ticketsTable, limitsTable } = names
  return {
    connections: { read: read(connectionsTable), write: update(connectionsTable) },
    tickets: { give: put(ticketsTable), take: remove(ticketsTable) },
    limits: { spend: update(limitsTable) },
  }
}
