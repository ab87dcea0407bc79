import { type SNSClient, SubscribeCommand } from '@aws-sdk/client-sns'
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { queueAttributes, topology } from '../../../shared/aws/topology.ts'
import { type ChatEvent, chatEvent } from '../../../shared/contract/events.ts'
import { sleep } from '../../../shared/lifecycle.ts'
import { findTopicArn } from '../../../shared/messaging/find-resources.ts'
import type { Announced } from '../check/run-record.ts'

/** Another system that subscribes to the topic, and notes what was announced. */
export interface Subscriber extends AsyncDisposable {
  readonly announced: Announced
  countLeft(): Promise<number>
}

const QUEUE = { name: 'audit.fifo', visibilityTimeoutSeconds: 5, retentionSeconds: 86_400 }
const RETRY_MS = 200

export async function subscribe(sqs: SQSClient, sns: SNSClient): Promise<Subscriber> {
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({ QueueName: QUEUE.name, Attributes: queueAttributes(QUEUE) }),
  )
  const attributes = (...names: ('QueueArn' | 'ApproximateNumberOfMessages')[]) =>
    sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: names }))
  const { Attributes } = await attributes('QueueArn')
  await sns.send(
    new SubscribeCommand({
      TopicArn: await findTopicArn(sns, topology().eventsTopic),
      Protocol: 'sqs',
      Endpoint: Attributes?.QueueArn,
      Attributes: { RawMessageDelivery: 'true' },
    }),
  )
  const announced: Announced = {
    created: new Set(),
    delivered: new Set(),
    read: new Set(),
    deleted: new Set(),
  }
  const stopping = new AbortController()

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) await receive().catch(() => sleep(RETRY_MS, stopping.signal))
  }

  async function receive(): Promise<void> {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
      { abortSignal: AbortSignal.any([stopping.signal, AbortSignal.timeout(5_000)]) },
    )
    for (const { Body = '' } of Messages) note(announced, chatEvent.parse(JSON.parse(Body)))
    if (Messages.length > 0)
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: Messages.map(toEntry) }))
  }

  const running = run()
  return {
    announced,
    countLeft: async () =>
      Number((await attributes('ApproximateNumberOfMessages')).Attributes?.ApproximateNumberOfMessages),
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await running
      sqs.destroy()
      sns.destroy()
    },
  }
}

function toEntry({ ReceiptHandle }: Message, index: number) {
  return { Id: String(index), ReceiptHandle }
}

function note(announced: Announced, event: ChatEvent): void {
  switch (event.type) {
    case 'co.growzone.chat.message.created':
      announced.created.add(event.data.message.id)
      return
    case 'co.growzone.chat.messages.delivered':
      for (const id of event.data.messageIds) announced.delivered.add(id)
      return
    case 'co.growzone.chat.messages.read':
      for (const id of event.data.messageIds) announced.read.add(id)
      return
    case 'co.growzone.chat.message.deleted':
      for (const user of event.data.audience) announced.deleted.add(`${user} ${event.data.id}`)
  }
}
