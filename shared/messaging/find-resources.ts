import type { SNSClient } from '@aws-sdk/client-sns'
import type { SQSClient } from '@aws-sdk/client-sqs'
import { describeDrift } from '../aws/resources/drift.ts'
import { findQueueDrift, readQueue, readQueueUrl } from '../aws/resources/queue.ts'
import { readTopicArn } from '../aws/resources/topic.ts'
import type { QueueDeclaration } from '../aws/topology.ts'
import { ConfigError } from '../config.ts'
import type { Logger } from '../logger.ts'

export const HOW_TO_MEND = 'run `growzone-chat provision`, or check AWS_REGION and CHAT_RESOURCE_PREFIX'

export async function findQueueUrl(sqs: SQSClient, queueName: string): Promise<string> {
  return (await readQueueUrl(sqs, queueName)) ?? fail(`queue ${queueName}`)
}

export async function findTopicArn(sns: SNSClient, topicName: string): Promise<string> {
  return (await readTopicArn(sns, topicName)) ?? fail(`topic ${topicName}`)
}

/**
 * The URL of a queue that a service is to work with. Settings with which it would lose order or keep what is dead for
 * ever stop the start; others are logged, for a service on a slow queue is better than none.
 */
export async function findSoundQueueUrl(
  sqs: SQSClient,
  declared: QueueDeclaration,
  logger: Logger,
): Promise<string> {
  const state = (await readQueue(sqs, declared.name)) ?? fail(`queue ${declared.name}`)
  for (const drift of findQueueDrift(state, declared)) {
    const problem = `queue ${declared.name}: ${describeDrift(drift)}`
    const remedy = drift.remedy ?? 'run `growzone-chat provision`'
    if (drift.harm === 'broken') throw new ConfigError(`${problem}; ${remedy}`)
    logger.warn({ queue: declared.name, setting: drift.setting }, `${problem}; ${remedy}`)
  }
  return state.url
}

function fail(resource: string): never {
  throw new ConfigError(`${resource} does not exist; ${HOW_TO_MEND}`)
}
