import type { Stack } from 'aws-cdk-lib'
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb'
import { Construct } from 'constructs'
import type { Topology } from '../../shared/aws/topology.ts'
import { removalOf } from './removal.ts'
import type { Stage } from './stages.ts'

const ATTRIBUTE_TYPES = { N: dynamodb.AttributeType.NUMBER } as const

/** The registry of open sockets. It holds user and connection ids alone, so DynamoDB's own key encrypts it. */
export function addConnectionsTable(
  stack: Stack,
  stage: Stage,
  declared: Topology['connectionsTable'],
): dynamodb.Table {
  const { name, type } = declared.partitionKey
  return new dynamodb.Table(new Construct(stack, 'Connections'), 'Table', {
    tableName: declared.name,
    partitionKey: { name, type: ATTRIBUTE_TYPES[type] },
    billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
    timeToLiveAttribute: declared.timeToLiveAttribute,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: stage.size.isProtected,
    removalPolicy: removalOf(stage),
  })
}
