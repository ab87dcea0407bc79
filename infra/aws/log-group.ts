import { RemovalPolicy } from 'aws-cdk-lib'
import * as logs from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import type { Stage } from './stages.ts'

/** A log group `<prefix>chat-<name>`, kept as long as the stage says. */
export function addLogGroup(scope: Construct, id: string, stage: Stage, name: string): logs.LogGroup {
  return new logs.LogGroup(scope, id, {
    logGroupName: `${stage.prefix}chat-${name}`,
    retention: stage.size.logDays as logs.RetentionDays,
    removalPolicy: RemovalPolicy.DESTROY,
  })
}
