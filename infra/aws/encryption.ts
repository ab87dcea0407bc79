/**
 * Takes in: the stage.
 * Guarantees: one key of ours encrypts what holds text of messages or secrets: queues, topic, database, secrets; it is
 * rotated every year, and AWS services use it for this account alone.
 * Gives out: the key.
 */
import { Duration, type Stack } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as kms from 'aws-cdk-lib/aws-kms'
import { removalOf } from './removal.ts'
import type { Stage } from './stages.ts'

export function addKey(stack: Stack, stage: Stage): kms.Key {
  const key = new kms.Key(stack, 'Key', {
    alias: `${stage.prefix}chat`,
    description: 'Queues, topic, database and secrets of the chat',
    enableKeyRotation: true,
    pendingWindow: Duration.days(stage.size.isProtected ? 30 : 7),
    removalPolicy: removalOf(stage),
  })
  // The topic hands events to an encrypted queue; alarms are told to an encrypted topic.
  for (const service of ['sns', 'cloudwatch'])
    key.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal(`${service}.amazonaws.com`)],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
      }),
    )
  return key
}
