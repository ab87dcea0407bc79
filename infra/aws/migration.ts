/**
 * Takes in: the database and the passwords of its two logins.
 * Guarantees: run once, it brings the schema up to date, and only then sets the logins; it alone has the owner's
 * password, and no right in AWS.
 * Gives out: the command that runs it.
 */
import { Fn, type Stack } from 'aws-cdk-lib'
import * as ec2 from 'aws-cdk-lib/aws-ec2'
import * as ecs from 'aws-cdk-lib/aws-ecs'
import { Construct } from 'constructs'
import { logInAsOwner } from './database-login.ts'
import type { ServiceParts } from './service-parts.ts'
import { addTask } from './task.ts'

export function addMigration(stack: Stack, parts: ServiceParts): string {
  const { stage, vpc, cluster, secrets, database } = parts
  const scope = new Construct(stack, 'Migration')
  const group = new ec2.SecurityGroup(scope, 'Group', { vpc, description: 'Migrations of the chat' })
  database.connections.allowDefaultPortFrom(group, 'Migrations')
  const task = addTask(scope, {
    ...{ stage, name: 'migration', cpu: 256, memoryMiB: 512 },
    // A schema changes before the services that need it.
    imageTag: stage.migrationTag ?? parts.imageTag,
  })
  const owner = logInAsOwner(database)
  const migrate = task.addContainer('migrate', { ...owner, command: ['migrate', 'up'], essential: false })
  const logins = task.addContainer('logins', {
    environment: owner.environment,
    secrets: {
      ...owner.secrets,
      INGRESS_DATABASE_PASSWORD: ecs.Secret.fromSecretsManager(secrets.ingressPassword),
      PERSISTER_DATABASE_PASSWORD: ecs.Secret.fromSecretsManager(secrets.persisterPassword),
    },
    command: ['logins'],
  })
  logins.addContainerDependencies({ container: migrate, condition: ecs.ContainerDependencyCondition.SUCCESS })

  const subnets = vpc.selectSubnets({ subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }).subnetIds
  const network = `subnets=[${Fn.join(',', subnets)}],securityGroups=[${group.securityGroupId}]`
  return [
    `aws ecs run-task --region ${stack.region} --cluster ${cluster.clusterName} --launch-type FARGATE`,
    `--task-definition ${task.definition.family}`,
    `--network-configuration 'awsvpcConfiguration={${network}}'`,
    // Quoted: some shells take the brackets for a pattern.
    "--query 'tasks[0].taskArn' --output text",
  ].join(' ')
}
