import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { SNSClient } from '@aws-sdk/client-sns'
import { SQSClient } from '@aws-sdk/client-sqs'
import { inject } from 'vitest'
import { provision } from '../../shared/aws/provision.ts'
import { deadLetterQueueOf, topology } from '../../shared/aws/topology.ts'
import { findQueueUrl, findTopicArn } from '../../shared/messaging/find-resources.ts'

let made = 0

/** Queues, topic, table and bucket of its own on the shared emulators, told apart by a prefix. */
export async function createTestAws() {
  const prefix = `t${process.pid}-${++made}-`
  const settings = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }
  const endpoint = inject('awsEndpointUrl')
  const clients = {
    sqs: new SQSClient({ ...settings, endpoint }),
    sns: new SNSClient({ ...settings, endpoint }),
    s3: new S3Client({ ...settings, endpoint, forcePathStyle: true }),
    dynamodb: new DynamoDBClient({ ...settings, endpoint: inject('dynamoDbEndpointUrl') }),
  }
  const names = topology(prefix)
  await provision(clients, names, () => {})
  const urlOf = (queue: string) => findQueueUrl(clients.sqs, queue)
  return {
    ...clients,
    prefix,
    names,
    commandsQueueUrl: await urlOf(names.commandsQueue),
    commandsDeadLetterQueueUrl: await urlOf(deadLetterQueueOf(names.commandsQueue)),
    deliveriesQueueUrl: await urlOf(names.deliveriesQueue),
    topicArn: await findTopicArn(clients.sns, names.eventsTopic),
    async [Symbol.asyncDispose]() {
      for (const client of Object.values(clients)) client.destroy()
    },
  }
}
