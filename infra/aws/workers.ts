/**
 * Takes in: the other parts of the stack.
 * Guarantees: the persister alone consumes commands, writes the database and announces; delivery alone consumes
 * deliveries, reads the registry and pushes; what either gives up it may put into its own dead-letter queue.
 * Gives out: the two services, scaled on their queues.
 */
import type { Stack } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'
import { acceptWildcard, logicalIdOf } from './accept.ts'
import { logInAs } from './database-login.ts'
import { mediaSettings } from './media-settings.ts'
import { scaleOnQueue } from './queue-scaling.ts'
import { letConsume, letInspect, letManageSockets, letSend } from './rights.ts'
import { spotCapacity } from './service.ts'
import type { ServiceParts } from './service-parts.ts'
import { POOL_SIZE } from './sizes.ts'
import { addWorkload, type Workload } from './workload.ts'

const PERSISTER_PORT = 8003
const DELIVERY_PORT = 8004

export function addPersister(stack: Stack, parts: ServiceParts): Workload {
  const { stage, messaging, secrets, database } = parts
  const scope = new Construct(stack, 'Persister')
  const login = logInAs('chat_persister', secrets.persisterPassword, database)
  const workload = addWorkload(scope, parts, {
    name: 'persister',
    size: stage.size.persister,
    capacity: spotCapacity(stage.size.steadyTasks),
    port: PERSISTER_PORT,
    environment: {
      ...login.environment,
      DATABASE_POOL_SIZE: String(POOL_SIZE),
      HEALTH_PORT: String(PERSISTER_PORT),
      MEDIA_ORIGINS: parts.mediaUrl,
    },
    secrets: login.secrets,
  })
  const { role } = workload
  letConsume(role, messaging.commands.queue)
  letInspect(role, messaging.commands.queue)
  letSend(role, messaging.commands.deadLetters)
  letPublish(role, parts)
  letKeepMedia(role, parts)
  database.connections.allowDefaultPortFrom(workload.securityGroup, 'The persister writes')
  scaleOnQueue(workload.scaling, messaging.commands.queue)
  return workload
}

/** Takes away the tag by which an upload expires. Without the list S3 would not tell what is missing from what is forbidden. */
function letKeepMedia(role: iam.IRole, { media: { bucket } }: ServiceParts): void {
  role.addToPrincipalPolicy(
    new iam.PolicyStatement({
      actions: ['s3:DeleteObjectTagging'],
      resources: [bucket.arnForObjects('*')],
    }),
  )
  role.addToPrincipalPolicy(
    new iam.PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }),
  )
  acceptWildcard(role, `<${logicalIdOf(bucket)}.Arn>/*`, 'Any object of the one bucket: a message names it.')
}

function letPublish(role: iam.IRole, { messaging }: ServiceParts): void {
  role.addToPrincipalPolicy(
    new iam.PolicyStatement({ actions: ['sns:Publish'], resources: [messaging.topic.topicArn] }),
  )
  role.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['sns:ListTopics'], resources: ['*'] }))
  acceptWildcard(
    role,
    '*',
    'The topic is found by its name when the persister starts, and sns:ListTopics takes no narrower resource.',
  )
}

export function addDelivery(stack: Stack, parts: ServiceParts): Workload {
  const { stage, messaging, tables, gateway } = parts
  const scope = new Construct(stack, 'Delivery')
  const addresses = mediaSettings(scope, parts)
  const workload = addWorkload(scope, parts, {
    name: 'delivery',
    size: stage.size.delivery,
    capacity: spotCapacity(stage.size.steadyTasks),
    port: DELIVERY_PORT,
    environment: {
      AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: gateway.stage.callbackUrl,
      HEALTH_PORT: String(DELIVERY_PORT),
      ...addresses.environment,
    },
    secrets: addresses.secrets,
  })
  const { role } = workload
  letConsume(role, messaging.deliveries.queue)
  letInspect(role, messaging.deliveries.queue)
  letSend(role, messaging.deliveries.deadLetters)
  // It removes from the registry what a push found gone.
  tables.connections.grant(role, 'dynamodb:BatchGetItem', 'dynamodb:UpdateItem')
  // `POST` pushes, `DELETE` closes a socket that missed something.
  letManageSockets(role, gateway, ['POST', 'DELETE'])
  scaleOnQueue(workload.scaling, messaging.deliveries.queue)
  return workload
}
