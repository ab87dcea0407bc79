/**
 * Every AWS resource of the chat, declared once: `provision`, the CDK app and the tests all read this.
 * Units are in the names; figures follow the guarantees: a command is tried for four days, and FIFO queues
 * run in high-throughput mode (deduplication and limits per message group).
 */
import { EVENT_TYPES } from '../contract/events.ts'

export interface QueueDeclaration {
  name: string
  visibilityTimeoutSeconds: number
  retentionSeconds: number
  /** Where a message goes that was received `maxReceiveCount` times. */
  deadLetter?: { queue: string; maxReceiveCount: number }
}

export interface KeyDeclaration {
  name: string
  type: 'N' | 'S'
}

export interface TableDeclaration {
  name: string
  partitionKey: KeyDeclaration
  sortKey?: KeyDeclaration
  timeToLiveAttribute: 'expiresAt'
}

export interface Topology {
  commandsQueue: string
  deliveriesQueue: string
  queues: QueueDeclaration[]
  eventsTopic: string
  /** `filterPolicy`: the values of message attributes that let an event through. */
  subscription: {
    topic: string
    queue: string
    rawMessageDelivery: true
    filterPolicy: { type: string[] }
  }
  /** The open sockets of each user. */
  connectionsTable: TableDeclaration
  /** What opens one socket, once. */
  ticketsTable: TableDeclaration
  /** When API Gateway must be told to end a socket, by minute. */
  socketEndingsTable: TableDeclaration
  /** What users took of limits that all processes have together. */
  limitsTable: TableDeclaration
  tables: TableDeclaration[]
  mediaBucket: string
}

const DAY_SECONDS = 86_400
const MAX_RECEIVE_COUNT = 100
/** What a killed worker held comes again after this; living ones extend it for as long as they work. */
export const VISIBILITY_TIMEOUT_SECONDS = 10

/** How the media bucket cleans itself. An upload is tagged until a message that names it is stored. */
export const MEDIA_LIFECYCLE = {
  unusedTag: { Key: 'state', Value: 'unused' },
  unusedDays: 7,
  unfinishedUploadDays: 1,
}

/** `prefix` lets several stages share an account. */
export function topology(prefix = ''): Topology {
  const commandsQueue = `${prefix}chat-commands.fifo`
  const deliveriesQueue = `${prefix}chat-deliveries.fifo`
  const eventsTopic = `${prefix}chat-events.fifo`
  const connectionsTable = declareTable(`${prefix}chat_connections`, { name: 'userId', type: 'N' })
  const ticketsTable = declareTable(`${prefix}chat_tickets`, { name: 'ticketHash', type: 'S' })
  const socketEndingsTable = declareTable(
    `${prefix}chat_socket_endings`,
    { name: 'minute', type: 'S' },
    { name: 'ending', type: 'S' },
  )
  const limitsTable = declareTable(`${prefix}chat_limits`, { name: 'limitName', type: 'S' })
  return {
    commandsQueue,
    deliveriesQueue,
    queues: [
      ...withDeadLetter(commandsQueue, 4 * DAY_SECONDS),
      ...withDeadLetter(deliveriesQueue, DAY_SECONDS),
    ],
    eventsTopic,
    subscription: {
      topic: eventsTopic,
      queue: deliveriesQueue,
      rawMessageDelivery: true,
      filterPolicy: { type: EVENT_TYPES },
    },
    ...{ connectionsTable, ticketsTable, socketEndingsTable, limitsTable },
    tables: [connectionsTable, ticketsTable, socketEndingsTable, limitsTable],
    mediaBucket: `${prefix}growzone-chat-media`.toLowerCase().replaceAll('_', '-'),
  }
}

/** The declaration of one of its queues. */
export function queueNamed(declared: Topology, name: string): QueueDeclaration {
  const queue = declared.queues.find(candidate => candidate.name === name)
  if (queue === undefined) throw new Error(`the topology has no queue ${name}`)
  return queue
}

function declareTable(
  name: string,
  partitionKey: KeyDeclaration,
  sortKey?: KeyDeclaration,
): TableDeclaration {
  return { name, partitionKey, ...(sortKey && { sortKey }), timeToLiveAttribute: 'expiresAt' }
}

export function deadLetterQueueOf(queue: string): string {
  return queue.replace(/\.fifo$/, '-dlq.fifo')
}

function withDeadLetter(name: string, retentionSeconds: number): QueueDeclaration[] {
  const deadLetterQueue = deadLetterQueueOf(name)
  return [
    {
      name: deadLetterQueue,
      visibilityTimeoutSeconds: VISIBILITY_TIMEOUT_SECONDS,
      retentionSeconds: 14 * DAY_SECONDS,
    },
    {
      name,
      visibilityTimeoutSeconds: VISIBILITY_TIMEOUT_SECONDS,
      retentionSeconds,
      deadLetter: { queue: deadLetterQueue, maxReceiveCount: MAX_RECEIVE_COUNT },
    },
  ]
}

/** Attributes of a FIFO queue in high-throughput mode, as `CreateQueue` takes them. */
export function queueAttributes(queue: QueueDeclaration, deadLetterArn?: string): Record<string, string> {
  return {
    FifoQueue: 'true',
    ContentBasedDeduplication: 'false',
    DeduplicationScope: 'messageGroup',
    FifoThroughputLimit: 'perMessageGroupId',
    VisibilityTimeout: String(queue.visibilityTimeoutSeconds),
    MessageRetentionPeriod: String(queue.retentionSeconds),
    ...(queue.deadLetter &&
      deadLetterArn !== undefined && {
        RedrivePolicy: JSON.stringify({
          deadLetterTargetArn: deadLetterArn,
          maxReceiveCount: queue.deadLetter.maxReceiveCount,
        }),
      }),
  }
}

/** Attributes of the FIFO topic besides `FifoTopic`, as `CreateTopic` takes them. */
export const TOPIC_ATTRIBUTES = { ContentBasedDeduplication: 'false', FifoThroughputScope: 'MessageGroup' }

/** Attributes of the subscription, as `Subscribe` takes them. */
export function subscriptionAttributes({
  rawMessageDelivery,
  filterPolicy,
}: Topology['subscription']): Record<string, string> {
  return { RawMessageDelivery: String(rawMessageDelivery), FilterPolicy: JSON.stringify(filterPolicy) }
}
