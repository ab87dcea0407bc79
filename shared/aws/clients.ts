import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { SNSClient } from '@aws-sdk/client-sns'
import { SQSClient } from '@aws-sdk/client-sqs'
import * as z from 'zod'
import { requestsOf } from './aws-metrics.ts'

/**
 * AWS clients from the standard environment alone: AWS_REGION, AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_<SERVICE> and the
 * credential chain decide whether it is AWS, LocalStack or the embedded stack that answers.
 */
export const awsSettings = {
  AWS_REGION: z.string().describe('AWS region of the queues, topic, table and bucket'),
}

/** Delivery finds the management API of the WebSocket stage by the SDK's own variable. */
export const pushSettings = {
  AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: z
    .url()
    .describe(
      'management endpoint of the WebSocket stage, https://{api}.execute-api.{region}.amazonaws.com/{stage}',
    ),
}

/**
 * Calls go to the endpoint of the environment, on AWS the region's, and not to the host of the queue's URL: an emulator
 * may name itself there by a name that means nothing where we are.
 */
export const createSqsClient = () => counted(new SQSClient({ useQueueUrlAsEndpoint: false }))
export const createSnsClient = () => counted(new SNSClient())
export const createDynamoDbClient = () => counted(new DynamoDBClient())
export const createManagementApiClient = () => counted(new ApiGatewayManagementApiClient())
/** Path-style addresses work on AWS and on every emulator; virtual hosts need DNS. */
export const createS3Client = () =>
  counted(new S3Client({ forcePathStyle: true, requestHandler: S3_TIME_LIMITS }))

/** Of one attempt, which sends 5 MB at most; unset, one to a frozen S3 would never end. */
const S3_TIME_LIMITS = { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true }

interface CountableClient {
  middlewareStack: {
    add(middleware: CountingMiddleware, options: { step: 'deserialize'; name: string }): void
  }
}
// biome-ignore lint/suspicious/noExplicitAny: each client has input and output types of its own
type CountingMiddleware = (next: any, context: any) => (args: any) => Promise<any>

/** The innermost step runs once for every request that goes out. */
function counted<Client extends CountableClient>(client: Client): Client {
  client.middlewareStack.add(
    (next, context) => args => {
      requestsOf(String(context.commandName).replace(/Command$/, '')).inc()
      return next(args)
    },
    { step: 'deserialize', name: 'countRequests' },
  )
  return client
}
