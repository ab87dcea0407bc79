import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  DeleteBucketCommand,
  DeleteObjectsCommand,
  type ObjectIdentifier,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3'
import { DeleteTopicCommand, SNSClient } from '@aws-sdk/client-sns'
import { DeleteQueueCommand, SQSClient } from '@aws-sdk/client-sqs'
import type { Environment } from '../../infra/local/environment.ts'
import type { Topology } from '../../shared/aws/topology.ts'
import { findQueueUrl, findTopicArn } from '../../shared/messaging/find-resources.ts'
import { clientSettings, type Service } from './client-settings.ts'

/** Takes away what `provision` made on these services. What was not made is no failure. */
export async function removeResources(names: Topology, services: Service[], env: Environment): Promise<void> {
  const removals = services.map(service => REMOVALS[service](names, clientSettings(service, env)))
  for (const result of await Promise.allSettled(removals))
    if (result.status === 'rejected')
      process.stderr.write(`not everything of ${names.commandsQueue} could be removed: ${result.reason}\n`)
}

const REMOVALS = {
  async SQS({ queues }: Topology, settings: object) {
    const sqs = new SQSClient(settings)
    for (const { name } of queues)
      await ifThere(async () => sqs.send(new DeleteQueueCommand({ QueueUrl: await findQueueUrl(sqs, name) })))
  },
  async SNS({ eventsTopic }: Topology, settings: object) {
    const sns = new SNSClient(settings)
    await ifThere(async () =>
      sns.send(new DeleteTopicCommand({ TopicArn: await findTopicArn(sns, eventsTopic) })),
    )
  },
  async DYNAMODB({ tables }: Topology, settings: object) {
    const dynamodb = new DynamoDBClient(settings)
    for (const { name: TableName } of tables)
      await ifThere(() => dynamodb.send(new DeleteTableCommand({ TableName })))
  },
  async S3({ mediaBucket: Bucket }: Topology, settings: object) {
    const client = new S3Client(settings)
    await ifThere(async () => {
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket })) {
        const Objects = Contents.map(({ Key }): ObjectIdentifier => ({ Key }))
        if (Objects.length > 0) await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))
      }
      await client.send(new DeleteBucketCommand({ Bucket }))
    })
  },
}

async function ifThere(remove: () => Promise<unknown>): Promise<void> {
  try {
    await remove()
  } catch (error) {
    const isMissing = /ConfigError|QueueDoesNotExist|ResourceNotFoundException|NoSuchBucket/
    if (!(error instanceof Error && isMissing.test(error.name))) throw error
  }
}
