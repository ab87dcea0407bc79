import * as ec2 from 'aws-cdk-lib/aws-ec2'
import type * as ecs from 'aws-cdk-lib/aws-ecs'
import type * as iam from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import { addService, type RunningService } from './service.ts'
import type { ServiceParts } from './service-parts.ts'
import type { ServiceSize } from './sizes.ts'
import type { Stage } from './stages.ts'
import { addTask } from './task.ts'
import { telemetrySettings } from './telemetry-settings.ts'

export interface Workload extends RunningService {
  role: iam.IRole
  securityGroup: ec2.SecurityGroup
}

export interface WorkloadOptions {
  name: string
  size: ServiceSize
  capacity: ecs.CapacityProviderStrategy[]
  port: number
  environment: Record<string, string>
  secrets?: Record<string, ecs.Secret>
}

/** One of the services: the command of its name, with a task, a role, a log and a security group of its own. */
export function addWorkload(
  scope: Construct,
  { stage, imageTag, vpc, cluster, messaging }: ServiceParts,
  { name, size, capacity, port, environment, secrets = {} }: WorkloadOptions,
): Workload {
  const securityGroup = new ec2.SecurityGroup(scope, 'Group', { vpc, description: `${name} of the chat` })
  const task = addTask(scope, { stage, name, imageTag, ...size })
  const container = task.addContainer(name, {
    command: [name],
    environment: { CHAT_RESOURCE_PREFIX: stage.prefix, ...processSettings(stage), ...environment },
    secrets,
    port,
  })
  container.addPortMappings({ containerPort: port })
  const running = addService(scope, { stage, name, cluster, task, size, securityGroup, capacity })
  // A version that announces a new type of event starts when the subscription lets it through.
  running.service.node.addDependency(messaging.subscription)
  return { ...running, role: task.definition.taskRole, securityGroup }
}

/** What a process tells of itself, and how it speaks to AWS. */
function processSettings(stage: Stage): Record<string, string> {
  return { LOG_LEVEL: stage.logLevel, CHAT_LEAN_LANE: stage.leanLane, ...telemetrySettings(stage) }
}
