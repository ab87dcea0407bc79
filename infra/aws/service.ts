/**
 * Takes in: a service's task, where it may run and how many of it.
 * Guarantees: a new version takes over before the old one ends; one that does not come up is rolled back.
 * Gives out: the service and how its number may be scaled.
 */
import * as ec2 from 'aws-cdk-lib/aws-ec2'
import * as ecs from 'aws-cdk-lib/aws-ecs'
import type { Construct } from 'constructs'
import type { ServiceSize } from './sizes.ts'
import type { Stage } from './stages.ts'
import type { Task } from './task.ts'

export interface ServiceOptions {
  stage: Stage
  name: string
  cluster: ecs.ICluster
  task: Task
  size: ServiceSize
  securityGroup: ec2.SecurityGroup
  capacity: ecs.CapacityProviderStrategy[]
}

export interface RunningService {
  service: ecs.FargateService
  scaling: ecs.ScalableTaskCount
}

export function addService(scope: Construct, options: ServiceOptions): RunningService {
  const { stage, name, cluster, task, size, securityGroup, capacity } = options
  const isOn = stage.services === 'on'
  const service = new ecs.FargateService(scope, 'Service', {
    cluster,
    serviceName: name,
    taskDefinition: task.definition,
    // Unset it stays what autoscaling made of it, through every deployment; autoscaling raises 0 to the minimum.
    ...(!isOn && { desiredCount: 0 }),
    capacityProviderStrategies: capacity,
    minHealthyPercent: 100,
    maxHealthyPercent: 200,
    circuitBreaker: { rollback: true },
    assignPublicIp: false,
    vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
    securityGroups: [securityGroup],
    propagateTags: ecs.PropagatedTagSource.SERVICE,
  })
  // The cluster's capacity providers are a resource of its own: without them no service can be made, and they cannot go
  // before the services that use them.
  service.node.addDependency(cluster)
  const scaling = service.autoScaleTaskCount({
    minCapacity: isOn ? size.minTasks : 0,
    maxCapacity: isOn ? size.maxTasks : 0,
  })
  return { service, scaling }
}

/** For what must not be taken away in the middle of a request. */
export const STEADY: ecs.CapacityProviderStrategy[] = [{ capacityProvider: 'FARGATE', weight: 1 }]

/**
 * For workers: what a task holds when its capacity is taken away is drained, or comes again from the queue. The first
 * `steadyTasks` stay, so that a region out of spot capacity slows the chat down and does not stop it.
 */
export function spotCapacity(steadyTasks: number): ecs.CapacityProviderStrategy[] {
  const spot = { capacityProvider: 'FARGATE_SPOT', weight: 1 }
  return steadyTasks === 0 ? [spot] : [{ capacityProvider: 'FARGATE', base: steadyTasks, weight: 0 }, spot]
}
