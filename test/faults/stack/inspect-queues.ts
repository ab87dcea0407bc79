import { GetQueueAttributesCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { deadLetterQueueOf, topology } from '../../../shared/aws/topology.ts'
import { findQueueUrl } from '../../../shared/messaging/find-resources.ts'

/** Looks into the queues past the proxies. */
export interface QueueInspector extends AsyncDisposable {
  /** Messages in the queues: visible, in hand and delayed. */
  countLeft(): Promise<QueueCounts>
  /** What lies in the dead-letter queues, with its reason; of each group the first, for it holds up the others. */
  readDeadLetters(): Promise<DeadLetter[]>
}

export interface QueueCounts {
  commands: number
  deliveries: number
  dead: number
}

export interface DeadLetter {
  queue: string
  body: string
  reason: string
}

const { commandsQueue, deliveriesQueue } = topology()
const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const

export async function inspectQueues(sqs: SQSClient): Promise<QueueInspector> {
  const names = [commandsQueue, deliveriesQueue]
  const urls = new Map<string, string>()
  for (const name of names.flatMap(queue => [queue, deadLetterQueueOf(queue)]))
    urls.set(name, await findQueueUrl(sqs, name))

  async function count(queue: string): Promise<number> {
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: urls.get(queue), AttributeNames: [...COUNTS] }),
    )
    return COUNTS.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0)
  }

  async function readQueue(queue: string): Promise<DeadLetter[]> {
    const found: DeadLetter[] = []
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: urls.get(queue),
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ['All'],
          VisibilityTimeout: 600,
        }),
      )
      if (Messages.length === 0) return found
      for (const { Body = '', MessageAttributes } of Messages)
        found.push({
          queue,
          body: Body,
          reason: MessageAttributes?.reason?.StringValue ?? 'received too often',
        })
    }
  }

  return {
    async countLeft() {
      const [commands = 0, deliveries = 0, ...dead] = await Promise.all(
        [...names, ...names.map(deadLetterQueueOf)].map(count),
      )
      return { commands, deliveries, dead: dead.reduce((sum, each) => sum + each, 0) }
    },
    readDeadLetters: async () =>
      (await Promise.all(names.map(queue => readQueue(deadLetterQueueOf(queue))))).flat(),
    async [Symbol.asyncDispose]() {
      sqs.destroy()
    },
  }
}
