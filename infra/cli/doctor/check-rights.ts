import {
  type ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi'
import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { AbortMultipartUploadCommand, CreateMultipartUploadCommand } from '@aws-sdk/client-s3'
import { PublishBatchCommand } from '@aws-sdk/client-sns'
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs'
import { type AwsProblem, explainAwsError } from '../../../shared/aws/explain-aws-error.ts'
import type { TopologyClients } from '../../../shared/aws/provision.ts'
import { readQueueUrl } from '../../../shared/aws/resources/queue.ts'
import { readTopicArn } from '../../../shared/aws/resources/topic.ts'
import { deadLetterQueueOf, type Topology } from '../../../shared/aws/topology.ts'
import { type Check, type CheckLimit, fail, ok } from './finding.ts'
import type { ServiceName } from './services.ts'

type Limit = Pick<CheckLimit, 'abortSignal'>
type Ask = (limit: Limit) => Promise<unknown>

export interface RightsClients extends TopologyClients {
  management: ApiGatewayManagementApiClient | undefined
}

/** A call that changes nothing: it is a read, or says nothing to do, or names what does not exist. */
interface Probe {
  right: string
  ask: Ask
}

/** AWS refuses these for what they say, after it has looked whether they are allowed. */
const REFUSED_FOR_CONTENT =
  /EmptyBatchRequest|EmptyBatch|InvalidParameterValue|ReadCountOutOfRange|InvalidParameter$|ConditionalCheckFailed|Gone|BadRequest/

/** Nobody has the id 0. */
const NOBODY = { userId: { N: '0' } }
const NO_CONNECTION = 'ZG9jdG9yIGFza3M='
const PROBE_KEY = 'doctor/probe'

/** Whether a service's credentials may do what it does: asked by calls that have no effect, not proved. */
export function checkRights(service: ServiceName, clients: RightsClients, names: Topology): Check {
  const name = `${service} rights on AWS`
  return {
    name,
    async run(limit) {
      const outcomes = await Promise.all(
        probesOf(service, clients, names).map(async probe => ({
          ...probe,
          problem: await ask(probe, limit),
        })),
      )
      const findings = outcomes.flatMap(({ right, problem }) => {
        if (problem === undefined) return []
        const mend = problem.kind === 'denied' ? 'allow it in the role of the service' : 'see the lines above'
        return fail(name, `${right}: ${problem.detail}`, mend)
      })
      if (findings.length > 0) return findings
      return [ok(name, outcomes.map(({ right }) => right).join(', '))]
    },
  }
}

async function ask({ ask }: Probe, limit: Limit): Promise<AwsProblem | undefined> {
  try {
    await ask(limit)
    return undefined
  } catch (error) {
    if (error instanceof Error && REFUSED_FOR_CONTENT.test(error.name)) return undefined
    return explainAwsError(error)
  }
}

function probesOf(service: ServiceName, clients: RightsClients, names: Topology): Probe[] {
  const { commandsQueue, deliveriesQueue } = names
  switch (service) {
    case 'ingress':
      return [...sendProbes(clients, commandsQueue), ...uploadProbes(clients, names.mediaBucket)]
    case 'gateway':
      return [...sendProbes(clients, commandsQueue), ...tableProbes(clients, names)]
    case 'persister':
      return [
        ...receiveProbes(clients, commandsQueue),
        ...sendProbes(clients, deadLetterQueueOf(commandsQueue)),
        ...publishProbes(clients, names.eventsTopic),
      ]
    case 'delivery':
      return [
        ...receiveProbes(clients, deliveriesQueue),
        ...sendProbes(clients, deadLetterQueueOf(deliveriesQueue)),
        ...tableProbes(clients, names),
        ...pushProbes(clients),
      ]
  }
}

function sendProbes({ sqs }: RightsClients, queue: string): Probe[] {
  return [
    {
      right: `send to ${queue}`,
      ask: async limit => {
        const QueueUrl = await readQueueUrl(sqs, queue, limit)
        await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: [] }), limit)
      },
    },
  ]
}

function receiveProbes({ sqs }: RightsClients, queue: string): Probe[] {
  const urlOf = (limit: Limit) => readQueueUrl(sqs, queue, limit)
  const Entries: never[] = []
  return [
    {
      right: `receive from ${queue}`,
      // Eleven are more than SQS gives; where some service gave them, they would be visible again at once.
      ask: async limit => {
        const impossible = { MaxNumberOfMessages: 11, VisibilityTimeout: 0, WaitTimeSeconds: 0 }
        await sqs.send(new ReceiveMessageCommand({ QueueUrl: await urlOf(limit), ...impossible }), limit)
      },
    },
    {
      right: 'delete',
      ask: async limit =>
        sqs.send(new DeleteMessageBatchCommand({ QueueUrl: await urlOf(limit), Entries }), limit),
    },
    {
      right: 'extend visibility',
      ask: async limit =>
        sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: await urlOf(limit), Entries }), limit),
    },
  ]
}

function publishProbes({ sns }: RightsClients, topic: string): Probe[] {
  return [
    {
      right: `publish to ${topic}`,
      ask: async limit => {
        const TopicArn = await readTopicArn(sns, topic, limit)
        await sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: [] }), limit)
      },
    },
  ]
}

function tableProbes({ dynamodb }: RightsClients, { connectionsTable }: Topology): Probe[] {
  const TableName = connectionsTable.name
  const onlyIfThere = { ConditionExpression: 'attribute_exists(userId)', UpdateExpression: 'REMOVE doctor' }
  return [
    {
      right: `read ${TableName}`,
      ask: limit => dynamodb.send(new GetItemCommand({ TableName, Key: NOBODY }), limit),
    },
    {
      right: 'write it',
      ask: limit => dynamodb.send(new UpdateItemCommand({ TableName, Key: NOBODY, ...onlyIfThere }), limit),
    },
  ]
}

/** An upload in parts that is begun and given up: nothing is stored. */
function uploadProbes({ s3 }: RightsClients, Bucket: string): Probe[] {
  return [
    {
      right: `upload to ${Bucket}`,
      ask: async limit => {
        const upload = { Bucket, Key: PROBE_KEY }
        const { UploadId } = await s3.send(new CreateMultipartUploadCommand(upload), limit)
        await s3.send(new AbortMultipartUploadCommand({ ...upload, UploadId }), limit)
      },
    },
  ]
}

/** A push to a connection that does not exist is answered 410. */
function pushProbes({ management }: RightsClients): Probe[] {
  if (management === undefined) return []
  const push = new PostToConnectionCommand({
    ConnectionId: NO_CONNECTION,
    Data: new Uint8Array([0x7b, 0x7d]),
  })
  return [{ right: 'push to sockets', ask: limit => management.send(push, limit) }]
}
