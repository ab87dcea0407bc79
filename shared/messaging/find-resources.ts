import { paginateListTopics, type SNSClient } from '@aws-sdk/client-sns'
import { GetQueueUrlCommand, QueueDoesNotExist, type SQSClient } from '@aws-sdk/client-sqs'
import { ConfigError } from '../config.ts'

const HOW_TO_MEND = 'run `growzone-chat provision`, or check AWS_REGION and CHAT_RESOURCE_PREFIX'

export async function findQueueUrl(sqs: SQSClient, queueName: string): Promise<string> {
  try {
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: queueName }))
    return QueueUrl as string
  } catch (error) {
    if (error instanceof QueueDoesNotExist)
      throw new ConfigError(`queue ${queueName} does not exist; ${HOW_TO_MEND}`)
    throw error
  }
}

export async function findTopicArn(sns: SNSClient, topicName: string): Promise<string> {
  for await (const page of paginateListTopics({ client: sns }, {})) {
    const topic = page.Topics?.find(({ TopicArn }) => TopicArn?.endsWith(`:${topicName}`))
    if (topic?.TopicArn) return topic.TopicArn
  }
  throw new ConfigError(`topic ${topicName} does not exist; ${HOW_TO_MEND}`)
}
