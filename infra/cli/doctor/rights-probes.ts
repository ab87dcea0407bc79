import { DeleteConnectionCommand, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi'
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectTaggingCommand,
  HeadBucketCommand,
} from '@aws-sdk/client-s3'
import { PublishCommand } from '@aws-sdk/client-sns'
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs'
import { readQueue, readQueueUrl } from '../../../shared/aws/resources/queue.ts'
import { readTopicArn } from '../../../shared/aws/resources/topic.ts'
import { deadLetterQueueOf, MEDIA_LIFECYCLE, type Topology } from '../../../shared/aws/topology.ts'
import type { Probe, ProbeLimit, RightsClients } from './probe.ts'
import type { ServiceName } from './services.ts'
import { tableProbes } from './table-probes.ts'

const NO_CONNECTION = 'ZG9jdG9yIGFza3M='
const PROBE_KEY = 'doctor/probe'
const Tagging = `${MEDIA_LIFECYCLE.unusedTag.Key}=${MEDIA_LIFECYCLE.unusedTag.Value}`

/** One probe for each right that a service uses; they are those that it is granted on AWS, no more and no fewer. */
export function probesOf(service: ServiceName, clients: RightsClients, names: Topology): Probe[] {
  const { commandsQueue, deliveriesQueue } = names
  const { connections, tickets, limits } = tableProbes(clients, names)
  switch (service) {
    case 'ingress':
      return [
        ...sendProbes(clients, commandsQueue),
        ...[tickets.give, limits.spend],
        ...uploadProbes(clients, names.mediaBucket),
      ]
    case 'gateway':
      return [...sendProbes(clients, commandsQueue), ...[connections.write, tickets.take, limits.spend]]
    case 'persister':
      return [
        ...receiveProbes(clients, commandsQueue),
        ...deadLetterProbes(clients, commandsQueue),
        ...publishProbes(clients, names.eventsTopic),
        ...keepProbes(clients, names.mediaBucket),
      ]
    case 'delivery':
      return [
        ...receiveProbes(clients, deliveriesQueue),
        ...deadLetterProbes(clients, deliveriesQueue),
        ...[connections.read, connections.write],
        ...pushProbes(clients),
      ]
  }
}

/** A call without an address would be refused for its content, and say nothing of rights. */
function existing(address: string | undefined): string {
  if (address === undefined) throw Object.assign(new Error('it does not exist'), { name: 'NotFound' })
  return address
}

const urlProbe = ({ sqs }: RightsClients, on: string): Probe => ({
  ...{ action: 'sqs:GetQueueUrl', on },
  ask: limit => readQueueUrl(sqs, on, limit),
})

/** Services look at the queue that they work with when they start. */
const lookProbes = (clients: RightsClients, on: string): Probe[] => [
  urlProbe(clients, on),
  { action: 'sqs:GetQueueAttributes', on, ask: limit => readQueue(clients.sqs, on, limit) },
]

const sendProbe = ({ sqs }: RightsClients, on: string): Probe => ({
  ...{ action: 'sqs:SendMessage', on },
  ask: async limit => {
    const QueueUrl = existing(await readQueueUrl(sqs, on, limit))
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: [] }), limit)
  },
})

function sendProbes(clients: RightsClients, queue: string): Probe[] {
  return [...lookProbes(clients, queue), sendProbe(clients, queue)]
}

function deadLetterProbes(clients: RightsClients, queue: string): Probe[] {
  const deadLetterQueue = deadLetterQueueOf(queue)
  return [urlProbe(clients, deadLetterQueue), sendProbe(clients, deadLetterQueue)]
}

function receiveProbes(clients: RightsClients, on: string): Probe[] {
  const { sqs } = clients
  const urlOf = async (limit: ProbeLimit) => existing(await readQueueUrl(sqs, on, limit))
  const Entries: never[] = []
  return [
    ...lookProbes(clients, on),
    {
      ...{ action: 'sqs:ReceiveMessage', on },
      // Eleven are more than SQS gives; where some service gave them, they would be visible again at once.
      ask: async limit => {
        const impossible = { MaxNumberOfMessages: 11, VisibilityTimeout: 0, WaitTimeSeconds: 0 }
        await sqs.send(new ReceiveMessageCommand({ QueueUrl: await urlOf(limit), ...impossible }), limit)
      },
    },
    {
      ...{ action: 'sqs:DeleteMessage', on },
      ask: async limit =>
        sqs.send(new DeleteMessageBatchCommand({ QueueUrl: await urlOf(limit), Entries }), limit),
    },
    {
      ...{ action: 'sqs:ChangeMessageVisibility', on },
      ask: async limit =>
        sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: await urlOf(limit), Entries }), limit),
    },
  ]
}

function publishProbes({ sns }: RightsClients, topic: string): Probe[] {
  return [
    // By which the topic is found; it is of no topic in particular.
    { action: 'sns:ListTopics', on: '*', ask: limit => readTopicArn(sns, topic, limit) },
    {
      ...{ action: 'sns:Publish', on: topic },
      // SNS refuses a message that is empty and of no group. An empty batch would look as if its list was left out.
      ask: async limit => {
        const TopicArn = existing(await readTopicArn(sns, topic, limit))
        await sns.send(new PublishCommand({ TopicArn, Message: '' }), limit)
      },
    },
  ]
}

function uploadProbes({ s3 }: RightsClients, Bucket: string): Probe[] {
  const on = Bucket
  const object = { Bucket, Key: PROBE_KEY }
  const begin = (limit: ProbeLimit, tags = {}) =>
    s3.send(new CreateMultipartUploadCommand({ ...object, ...tags }), limit)
  const giveUp = async (UploadId: string | undefined, limit: ProbeLimit) =>
    s3.send(new AbortMultipartUploadCommand({ ...object, UploadId }), limit)
  return [
    {
      ...{ action: 's3:PutObject', on },
      // An upload in parts that is begun: the bucket forgets it after a day where it may not be given up.
      ask: async limit => {
        const { UploadId } = await begin(limit)
        await giveUp(UploadId, limit).catch(() => {})
      },
    },
    {
      ...{ action: 's3:AbortMultipartUpload', on },
      ask: async limit => giveUp((await begin(limit)).UploadId, limit),
    },
    {
      ...{ action: 's3:PutObjectTagging', on },
      ask: async limit => {
        const { UploadId } = await begin(limit, { Tagging })
        await giveUp(UploadId, limit).catch(() => {})
      },
    },
    { action: 's3:DeleteObject', on, ask: limit => s3.send(new DeleteObjectCommand(object), limit) },
  ]
}

/** Of an object that is not there. */
function keepProbes({ s3 }: RightsClients, Bucket: string): Probe[] {
  const untag = new DeleteObjectTaggingCommand({ Bucket, Key: PROBE_KEY })
  return [
    { action: 's3:DeleteObjectTagging', on: Bucket, ask: limit => s3.send(untag, limit) },
    { action: 's3:ListBucket', on: Bucket, ask: limit => s3.send(new HeadBucketCommand({ Bucket }), limit) },
  ]
}

/** A connection that does not exist is answered 410. */
function pushProbes({ management }: RightsClients): Probe[] {
  if (management === undefined) return []
  const ConnectionId = NO_CONNECTION
  const push = new PostToConnectionCommand({ ConnectionId, Data: new Uint8Array([0x7b, 0x7d]) })
  const action = 'execute-api:ManageConnections'
  return [
    { action, on: 'POST @connections', ask: limit => management.send(push, limit) },
    {
      ...{ action, on: 'DELETE @connections' },
      ask: limit => management.send(new DeleteConnectionCommand({ ConnectionId }), limit),
    },
  ]
}
