/**
 * Takes in: the stage, and the folders of the bundled Lambda handlers.
 * Guarantees: what the topology declares, and nothing beside it that the chat does not need.
 * Gives out: the stack of the stage, with the addresses and commands that docs/deploy.md uses as its outputs.
 */
import { Annotations, type App, CfnOutput, CfnParameter, Stack, Tags } from 'aws-cdk-lib'
import type * as ec2 from 'aws-cdk-lib/aws-ec2'
import * as ecs from 'aws-cdk-lib/aws-ecs'
import { topology } from '../../shared/aws/topology.ts'
import { addAlarms } from './alarms.ts'
import { addTables } from './connections.ts'
import { addDashboard } from './dashboard.ts'
import { addDatabase } from './database.ts'
import { addKey } from './encryption.ts'
import { addGateway } from './gateway-api.ts'
import type { HandlerFolders } from './gateway-functions.ts'
import { addIngress } from './ingress.ts'
import { addMedia } from './media.ts'
import { addMessaging } from './messaging.ts'
import { addMigration } from './migration.ts'
import { addNetwork } from './network.ts'
import { addSecrets } from './secrets.ts'
import { IMAGE_TAG, type Stage } from './stages.ts'
import { addDelivery, addPersister } from './workers.ts'

export function addChatStack(app: App, stage: Stage, code: HandlerFolders): Stack {
  const stack = new Stack(app, `growzone-chat-${stage.stage}`, {
    env: { region: stage.region },
    description: `Growzone Chat, ${stage.stage}`,
    terminationProtection: stage.size.isProtected,
  })
  Tags.of(stack).add('application', 'growzone-chat')
  Tags.of(stack).add('stage', stage.stage)

  const declared = topology(stage.prefix)
  const key = addKey(stack, stage)
  const vpc = addNetwork(stack, stage)
  const messaging = addMessaging(stack, { stage, declared, key })
  const tables = addTables(stack, stage, declared)
  const media = addMedia(stack, stage, declared.mediaBucket)
  const mediaUrl = `https://${media.distribution.distributionDomainName}/`
  const secrets = addSecrets(stack, stage, key)
  const database = addDatabase(stack, { stage, vpc, key })
  const gateway = addGateway(stack, { stage, code, secrets, tables, mediaUrl, commands: messaging.commands })
  const cluster = addCluster(stack, stage, vpc)
  const imageTag = stage.imageTag ?? askForImageTag(stack)
  const parts = {
    stage,
    imageTag,
    vpc,
    cluster,
    messaging,
    tables,
    media,
    mediaUrl,
    gateway,
    secrets,
    database,
  }

  const migrate = addMigration(stack, parts)
  const ingress = addIngress(stack, parts)
  const persister = addPersister(stack, parts)
  const delivery = addDelivery(stack, parts)
  const alarms = addAlarms(stack, { ...parts, ingress, key })
  addDashboard(stack, { ...parts, ingress, persister, delivery, alarms })

  tell(stack, 'RestUrl', ingress.url)
  tell(stack, 'LoadBalancerName', ingress.balancer.loadBalancerDnsName)
  tell(stack, 'WebSocketUrl', gateway.stage.url)
  tell(stack, 'MediaUrl', mediaUrl)
  tell(stack, 'AccessLogsBucket', media.accessLogs.bucketName)
  tell(stack, 'MigrateCommand', migrate)
  tell(stack, 'AlarmTopic', alarms.topic.topicArn)
  if (secrets.jwt) tell(stack, 'JwtSecretArn', secrets.jwt.secretArn)
  return stack
}

/** As a parameter without a default, with which the CDK synthesises and refuses to deploy. */
function askForImageTag(stack: Stack): string {
  Annotations.of(stack).addWarningV2(
    'growzone-chat:image-tag',
    'imageTag is not set; deploy needs it: -c imageTag=<tag of the container image>',
  )
  const description = 'Tag of the container image: deploy with -c imageTag=<tag>'
  return new CfnParameter(stack, 'ImageTag', { description, allowedPattern: IMAGE_TAG.source }).valueAsString
}

function addCluster(stack: Stack, stage: Stage, vpc: ec2.IVpc): ecs.Cluster {
  return new ecs.Cluster(stack, 'Cluster', {
    clusterName: `${stage.prefix}chat`,
    vpc,
    enableFargateCapacityProviders: true,
    containerInsightsV2: ecs.ContainerInsights.ENABLED,
  })
}

function tell(stack: Stack, name: string, value: string): void {
  new CfnOutput(stack, name, { value })
}
