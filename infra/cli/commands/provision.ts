import * as z from 'zod'
import { awsSettings } from '../../../shared/aws/clients.ts'
import { commonSettings, readConfig } from '../../../shared/config.ts'
import { type Command, print } from '../command.ts'

const provisionConfig = z.object({
  ...awsSettings,
  CHAT_RESOURCE_PREFIX: commonSettings.CHAT_RESOURCE_PREFIX,
})

export const provision: Command = {
  summary: 'Makes the queues, topic, subscription, tables and bucket, or repairs them. Safe to repeat.',
  settings: async () => provisionConfig,
  async run({ env }) {
    const { CHAT_RESOURCE_PREFIX } = readConfig(provisionConfig, env)
    const aws = await import('../../../shared/aws/clients.ts')
    const { provision: provisionTopology } = await import('../../../shared/aws/provision.ts')
    const { explainAwsError } = await import('../../../shared/aws/explain-aws-error.ts')
    const { topology } = await import('../../../shared/aws/topology.ts')
    const clients = {
      sqs: aws.createSqsClient(),
      sns: aws.createSnsClient(),
      dynamodb: aws.createDynamoDbClient(),
      s3: aws.createS3Client(),
    }
    await provisionTopology(clients, topology(CHAT_RESOURCE_PREFIX), print).catch(error => {
      const { kind, detail } = explainAwsError(error)
      if (kind === 'away')
        throw new Error(`AWS cannot be reached (${detail}); check AWS_ENDPOINT_URL… and AWS_REGION`)
      if (kind === 'denied')
        throw new Error(`AWS refuses (${detail}); provision needs rights to make resources`)
      throw error
    })
  },
}
