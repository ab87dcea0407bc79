/**
 * Takes in: commands of the image, their size, settings and secrets.
 * Guarantees: they run on arm64 as an ordinary user, on a file system that they cannot change, with no capability of
 * the kernel, and with the time to drain; secrets come from Secrets Manager when the task starts.
 * Gives out: the task definition and its containers.
 */
import { Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib'
import * as ecr from 'aws-cdk-lib/aws-ecr'
import * as ecs from 'aws-cdk-lib/aws-ecs'
import type { Construct } from 'constructs'
import { accept, acceptWildcard } from './accept.ts'
import { addLogGroup } from './log-group.ts'
import type { Stage } from './stages.ts'

export interface Task {
  definition: ecs.FargateTaskDefinition
  addContainer(name: string, options: ContainerOptions): ecs.ContainerDefinition
}

export interface TaskOptions {
  stage: Stage
  name: string
  cpu: number
  memoryMiB: number
  imageTag: string
}

export interface ContainerOptions {
  /** What follows `growzone-chat`. */
  command: string[]
  environment?: Record<string, string>
  secrets?: Record<string, ecs.Secret>
  /** Answers `/health/live`; none for what runs once. */
  port?: number
  /** False for a container whose end is not the end of the task. */
  essential?: boolean
}

/** Longer than the drain's own deadline, and far below the two minutes of warning that spot capacity gives. */
const STOP_TIMEOUT = Duration.seconds(30)
/** The account `node` of the image. */
const USER = '1000:1000'
/** From the image's working directory. */
const ENTRY_POINT = ['node', 'infra/cli/growzone-chat.mjs']

export function addTask(scope: Construct, { stage, name, cpu, memoryMiB, imageTag }: TaskOptions): Task {
  const definition = new ecs.FargateTaskDefinition(scope, 'Task', {
    family: `${stage.prefix}chat-${name}`,
    cpu,
    memoryLimitMiB: memoryMiB,
    runtimePlatform: {
      cpuArchitecture: ecs.CpuArchitecture.ARM64,
      operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
    },
  })
  // Those of versions before stay, to go back to at once.
  definition.applyRemovalPolicy(RemovalPolicy.RETAIN)
  accept(definition, 'AwsSolutions-ECS2', 'No secret stands here; secrets are taken from Secrets Manager.')
  acceptWildcard(
    definition.obtainExecutionRole(),
    '*',
    'ecr:GetAuthorizationToken is of the whole registry and takes no narrower resource.',
  )
  const repository = ecr.Repository.fromRepositoryName(scope, 'Repository', stage.imageRepository)
  const image = ecs.ContainerImage.fromEcrRepository(repository, imageTag)
  const logGroup = addLogGroup(scope, 'Log', stage, name)
  return {
    definition,
    addContainer: (container, options) =>
      definition.addContainer(container, {
        image,
        entryPoint: ENTRY_POINT,
        command: options.command,
        environment: { NODE_ENV: 'production', AWS_REGION: Stack.of(scope).region, ...options.environment },
        ...(options.secrets && { secrets: options.secrets }),
        ...(options.port !== undefined && { healthCheck: healthCheckOf(options.port) }),
        essential: options.essential ?? true,
        user: USER,
        readonlyRootFilesystem: true,
        linuxParameters: hardenedParameters(scope, container),
        stopTimeout: STOP_TIMEOUT,
        logging: ecs.LogDrivers.awsLogs({
          logGroup,
          streamPrefix: container,
          // A log that is away must not hold up messages.
          mode: ecs.AwsLogDriverMode.NON_BLOCKING,
          maxBufferSize: Size.mebibytes(8),
        }),
      }),
  }
}

function hardenedParameters(scope: Construct, container: string): ecs.LinuxParameters {
  // With an init process, which hands signals on and buries the dead.
  const parameters = new ecs.LinuxParameters(scope, `Linux-${container}`, { initProcessEnabled: true })
  parameters.dropCapabilities(ecs.Capability.ALL)
  return parameters
}

/** Whether the process lives, not whether its database does: a new task would not bring that back. */
function healthCheckOf(port: number): ecs.HealthCheck {
  const program = `fetch('http://127.0.0.1:${port}/health/live').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))`
  return {
    command: ['CMD', 'node', '--eval', program],
    interval: Duration.seconds(30),
    timeout: Duration.seconds(5),
    retries: 3,
    startPeriod: Duration.seconds(30),
  }
}
