/**
 * Takes in: the existing PostgreSQL that the stage names, or nothing.
 * Guarantees: an existing database is only let through its security group, nothing of it is changed; a new one is
 * encrypted, has no public address, and its owner's password is RDS's to keep and to change.
 * Gives out: how the database is reached, by whom it may be, and what its metrics are called.
 */
import { Duration, type Stack } from 'aws-cdk-lib'
import * as ec2 from 'aws-cdk-lib/aws-ec2'
import type * as kms from 'aws-cdk-lib/aws-kms'
import * as rds from 'aws-cdk-lib/aws-rds'
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'
import { accept } from './accept.ts'
import { removalOf } from './removal.ts'
import { importSecret } from './secrets.ts'
import type { Stage } from './stages.ts'

export interface Database {
  /** Without user and password, which come from PGUSER and PGPASSWORD. */
  url: string
  /** JSON with username and password. */
  owner: secretsmanager.ISecret
  connections: ec2.Connections
  instanceId: string
  maxConnections: number
}

/** Where the container image keeps the certificate authorities of RDS. */
export const CA_FILE = '/app/rds-ca.pem'

export function addDatabase(
  stack: Stack,
  { stage, vpc, key }: { stage: Stage; vpc: ec2.IVpc; key: kms.Key },
): Database {
  const scope = new Construct(stack, 'Database')
  const database = stage.database
    ? importDatabase(scope, stage, stage.database)
    : addInstance(scope, { stage, vpc, key })
  const { host, port, ...rest } = database
  const url = `postgresql://${host}:${port}/${stage.databaseName}?sslmode=verify-full&sslrootcert=${CA_FILE}`
  return { url, ...rest }
}

interface Reached extends Omit<Database, 'url'> {
  host: string
  port: string
}

function importDatabase(scope: Construct, stage: Stage, existing: NonNullable<Stage['database']>): Reached {
  const group = ec2.SecurityGroup.fromSecurityGroupId(scope, 'Group', existing.databaseSecurityGroupId)
  return {
    host: existing.databaseHost,
    port: String(stage.databasePort),
    owner: importSecret(scope, 'Owner', existing.databaseSecretArn, stage),
    connections: new ec2.Connections({
      securityGroups: [group],
      defaultPort: ec2.Port.tcp(stage.databasePort),
    }),
    instanceId: existing.databaseInstanceId,
    maxConnections: existing.databaseMaxConnections,
  }
}

function addInstance(
  scope: Construct,
  { stage, vpc, key }: { stage: Stage; vpc: ec2.IVpc; key: kms.Key },
): Reached {
  const { instanceType, storageGiB, multiAz, backupDays, maxConnections } = stage.size.database
  const instance = new rds.DatabaseInstance(scope, 'Instance', {
    // No minor version, which RDS raises by itself.
    engine: rds.DatabaseInstanceEngine.postgres({ version: rds.PostgresEngineVersion.of('18', '18') }),
    instanceType: new ec2.InstanceType(instanceType),
    vpc,
    vpcSubnets: stage.vpc
      ? { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }
      : { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
    multiAz,
    port: stage.databasePort,
    databaseName: stage.databaseName,
    credentials: rds.Credentials.fromUsername('growzone', { encryptionKey: key }),
    manageMasterUserPassword: true,
    allocatedStorage: storageGiB,
    maxAllocatedStorage: storageGiB * 10,
    storageType: rds.StorageType.GP3,
    storageEncryptionKey: key,
    backupRetention: Duration.days(backupDays),
    deletionProtection: stage.size.isProtected,
    removalPolicy: removalOf(stage),
    enablePerformanceInsights: true,
    performanceInsightEncryptionKey: key,
    autoMinorVersionUpgrade: true,
    copyTagsToSnapshot: true,
  })
  acceptTrial(instance, stage)
  return {
    host: instance.dbInstanceEndpointAddress,
    port: instance.dbInstanceEndpointPort,
    owner: instance.secret as secretsmanager.ISecret,
    connections: instance.connections,
    instanceId: instance.instanceIdentifier,
    maxConnections,
  }
}

function acceptTrial(instance: rds.DatabaseInstance, { size }: Stage): void {
  accept(
    instance,
    'AwsSolutions-RDS11',
    'No public address: the port is seen by the tasks of the chat alone.',
  )
  if (size.isProtected) return
  accept(instance, 'AwsSolutions-RDS3', 'A trial can wait for a restore.')
  accept(instance, 'AwsSolutions-RDS10', 'A trial must be easy to take down.')
}
