/**
 * Takes in: the other parts of the stack.
 * Guarantees: the ingress may put commands on their queue, media into the bucket, tickets into their table and what users took into that of
 * limits, and reads the database as a login that may write nothing; it does not run where its capacity may be taken away.
 * Gives out: the service and its load balancer.
 */
import { Duration, type Stack } from 'aws-cdk-lib'
import * as ecs from 'aws-cdk-lib/aws-ecs'
import * as iam from 'aws-cdk-lib/aws-iam'
import type * as s3 from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { acceptWildcard, logicalIdOf } from './accept.ts'
import { logInAs } from './database-login.ts'
import { addLoadBalancer, type LoadBalancer } from './load-balancer.ts'
import { mediaSettings } from './media-settings.ts'
import { letInspect, letSend } from './rights.ts'
import { STEADY } from './service.ts'
import type { ServiceParts } from './service-parts.ts'
import { POOL_SIZE } from './sizes.ts'
import { tokenSettings } from './token-settings.ts'
import { addWorkload, type Workload } from './workload.ts'

const PORT = 8000
const CPU_PERCENT = 60
/** A request costs up to 0.25 ms of CPU (docs/performance.md): 60 % of half a core would answer twice as many. */
const REQUESTS_PER_SECOND = 500

export interface Ingress extends Workload, LoadBalancer {}

export function addIngress(stack: Stack, parts: ServiceParts): Ingress {
  const { stage, messaging, media, tables, secrets, database } = parts
  const scope = new Construct(stack, 'Ingress')
  const login = logInAs('chat_ingress', secrets.ingressPassword, database)
  const addresses = mediaSettings(scope, parts)
  const workload = addWorkload(scope, parts, {
    name: 'ingress',
    size: stage.size.ingress,
    capacity: STEADY,
    port: PORT,
    environment: {
      ...login.environment,
      ...tokenSettings(stage),
      DATABASE_POOL_SIZE: String(POOL_SIZE),
      PORT: String(PORT),
      LIMIT_STORE: stage.limitStore,
      ...addresses.environment,
      ...(stage.corsOrigins && { CORS_ORIGINS: stage.corsOrigins.join(',') }),
    },
    secrets: {
      ...login.secrets,
      ...addresses.secrets,
      ...(secrets.jwt && { JWT_SECRET: ecs.Secret.fromSecretsManager(secrets.jwt) }),
    },
  })
  letSend(workload.role, messaging.commands.queue)
  letInspect(workload.role, messaging.commands.queue)
  letUpload(workload.role, media.bucket)
  tables.tickets.grant(workload.role, 'dynamodb:PutItem')
  tables.limits.grant(workload.role, 'dynamodb:UpdateItem')
  database.connections.allowDefaultPortFrom(workload.securityGroup, 'The ingress reads')
  const balancer = addLoadBalancer(scope, {
    stage,
    vpc: parts.vpc,
    accessLogs: media.accessLogs,
    target: workload.service.loadBalancerTarget({ containerName: 'ingress', containerPort: PORT }),
    port: PORT,
  })
  workload.scaling.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: CPU_PERCENT })
  workload.scaling.scaleOnRequestCount('Requests', {
    // Of a minute, as the load balancer counts.
    requestsPerTarget: REQUESTS_PER_SECOND * Duration.minutes(1).toSeconds(),
    targetGroup: balancer.targets,
  })
  return { ...workload, ...balancer }
}

/** Uploads in parts, tagged as unused, signs forms by which others upload, and takes away what its sender did not wait for. */
function letUpload(role: iam.IRole, bucket: s3.Bucket): void {
  role.addToPrincipalPolicy(
    new iam.PolicyStatement({
      actions: ['s3:PutObject', 's3:PutObjectTagging', 's3:AbortMultipartUpload', 's3:DeleteObject'],
      resources: [bucket.arnForObjects('*')],
    }),
  )
  acceptWildcard(
    role,
    `<${logicalIdOf(bucket)}.Arn>/*`,
    'Any object of the one bucket: each upload has a name of its own.',
  )
}
