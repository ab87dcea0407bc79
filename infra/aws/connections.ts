import type { Stack } from 'aws-cdk-lib'
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb'
import { Construct } from 'constructs'
import type { KeyDeclaration, TableDeclaration, Topology } from '../../shared/aws/topology.ts'
import { removalOf } from './removal.ts'
import type { Stage } from './stages.ts'

const ATTRIBUTE_TYPES = { N: dynamodb.AttributeType.NUMBER, S: dynamodb.AttributeType.STRING } as const

export interface ChatTables {
  /** The registry of open sockets. */
  connections: dynamodb.Table
  tickets: dynamodb.Table
  endings: dynamodb.Table
  limits: dynamodb.Table
}

/** They hold user and connection ids, and hashes of tickets, so DynamoDB's own key encrypts them. */
export function addTables(stack: Stack, stage: Stage, declared: Topology): ChatTables {
  const scope = new Construct(stack, 'Connections')
  return {
    connections: addTable(scope, 'Table', stage, declared.connectionsTable),
    tickets: addTable(scope, 'Tickets', stage, declared.ticketsTable),
    endings: addTable(scope, 'Endings', stage, declared.socketEndingsTable),
    limits: addTable(scope, 'Limits', stage, declared.limitsTable),
  }
}

function addTable(scope: Construct, id: string, stage: Stage, declared: TableDeclaration): dynamodb.Table {
  return new dynamodb.Table(scope, id, {
    tableName: declared.name,
    partitionKey: attributeOf(declared.partitionKey),
    ...(declared.sortKey && { sortKey: attributeOf(declared.sortKey) }),
    billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
    timeToLiveAttribute: declared.timeToLiveAttribute,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: stage.size.isProtected,
    removalPolicy: removalOf(stage),
  })
}

function attributeOf({ name, type }: KeyDeclaration): dynamodb.Attribute {
  return { name, type: ATTRIBUTE_TYPES[type] }
}
