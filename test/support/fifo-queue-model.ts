import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { sleep } from '../../shared/lifecycle.ts'

export interface ModelMessage {
  id: string
  groupId: string
  receiveCount: number
  /** Of the last receive; only this one deletes or releases, and only while it hides the message. */
  handle: string
  visibleAt: number
  /** Given back, to be visible soon, by who received it last. */
  isReleased: boolean
}

/** Faults to come: so many entries or calls fail. */
export interface QueueFaults {
  deletes: number
  releases: number
  receives: number
  /** Receives whose answer never arrives. */
  lostReceives: number
  burials: number
}

export const NO_FAULTS: QueueFaults = { deletes: 0, releases: 0, receives: 0, lostReceives: 0, burials: 0 }

const POLL_MS = 50
const throttled = () => Object.assign(new Error('slow down'), { name: 'RequestThrottled' })

/**
 * A FIFO queue and its dead-letter queue in memory, as SQS has them: a group is locked while one of its messages is
 * hidden; a receipt handle ends with its visibility; a receive gives up to `perGroup` messages of a group.
 */
export function createModelQueue({ perGroup }: { perGroup: number }) {
  const messages: ModelMessage[] = []
  const deleted: string[] = []
  const deadLetters = new Set<string>()
  const faults = { ...NO_FAULTS }
  let made = 0
  let receives = 0

  const isHidden = (message: ModelMessage) => message.visibleAt > Date.now()
  const takeFault = (name: keyof QueueFaults) => faults[name] > 0 && faults[name]-- > 0

  function take(maximum: number, visibilitySeconds: number): ModelMessage[] {
    const taken: ModelMessage[] = []
    for (const group of Map.groupBy(messages, message => message.groupId).values()) {
      if (group.some(isHidden)) continue
      taken.push(...group.slice(0, Math.min(perGroup, maximum - taken.length)))
    }
    receives++
    for (const message of taken) {
      message.receiveCount++
      message.handle = `${message.id} ${receives}`
      message.visibleAt = Date.now() + visibilitySeconds * 1000
      message.isReleased = false
    }
    return taken
  }

  async function receive({ input }: ReceiveMessageCommand) {
    if (takeFault('receives')) throw throttled()
    const deadline = Date.now() + (input.WaitTimeSeconds ?? 0) * 1000
    for (;;) {
      const taken = take(input.MaxNumberOfMessages ?? 1, input.VisibilityTimeout ?? 30)
      if (taken.length > 0 && takeFault('lostReceives')) throw new Error('socket hang up')
      if (taken.length > 0 || Date.now() >= deadline) return { Messages: taken.map(toReceived) }
      await sleep(POLL_MS)
    }
  }

  const held = (handle: string | undefined) =>
    messages.find(message => message.handle === handle && isHidden(message))
  const refusal = (Id: string | undefined, SenderFault: boolean) => ({
    Id,
    SenderFault,
    Code: SenderFault ? 'ReceiptHandleIsInvalid' : 'InternalError',
  })

  function deleteBatch({ input }: DeleteMessageBatchCommand) {
    const Failed = (input.Entries ?? []).flatMap(({ Id, ReceiptHandle }) => {
      if (takeFault('deletes')) return [refusal(Id, false)]
      const message = held(ReceiptHandle)
      if (!message) return [refusal(Id, true)]
      messages.splice(messages.indexOf(message), 1)
      deleted.push(message.id)
      return []
    })
    return { Failed }
  }

  function changeVisibility({ input }: ChangeMessageVisibilityBatchCommand, visibilitySeconds: number) {
    const isRefused = takeFault('releases')
    const Failed = (input.Entries ?? []).flatMap(({ Id, ReceiptHandle, VisibilityTimeout = 0 }) => {
      const message = held(ReceiptHandle)
      if (!message) return [refusal(Id, true)]
      // One that could not be given back stays hidden for a while, but its consumer is through with it.
      message.isReleased = VisibilityTimeout !== visibilitySeconds
      if (!isRefused) message.visibleAt = Date.now() + VisibilityTimeout * 1000
      return []
    })
    if (isRefused) throw throttled()
    return { Failed }
  }

  function bury({ input }: SendMessageCommand) {
    if (takeFault('burials')) throw throttled()
    deadLetters.add(input.MessageDeduplicationId as string)
    return {}
  }

  return {
    messages,
    deleted,
    deadLetters,
    faults,
    send(groupId: string): string {
      const id = String(++made)
      messages.push({ id, groupId, receiveCount: 0, handle: '', visibleAt: 0, isReleased: false })
      return id
    },
    /** Whoever has messages of the group in hand loses them, as when its heartbeats do not arrive. */
    expire(groupId: string): void {
      for (const message of messages) if (message.groupId === groupId) message.visibleAt = 0
    },
    hidden: () => messages.filter(isHidden),
    /** A client for one consumer, which waits at the gate before each call and after its answer. */
    clientFor(passGate: () => Promise<void>, visibilitySeconds: number): SQSClient {
      async function send(command: unknown): Promise<unknown> {
        await passGate()
        const answer = await answerTo(command)
        await passGate()
        return answer
      }
      function answerTo(command: unknown): unknown {
        if (command instanceof ReceiveMessageCommand) return receive(command)
        if (command instanceof DeleteMessageBatchCommand) return deleteBatch(command)
        if (command instanceof ChangeMessageVisibilityBatchCommand)
          return changeVisibility(command, visibilitySeconds)
        if (command instanceof SendMessageCommand) return bury(command)
        throw new Error('the consumer makes no other calls')
      }
      return { send } as unknown as SQSClient
    },
  }
}

export type ModelQueue = ReturnType<typeof createModelQueue>

function toReceived({ id, groupId, handle, receiveCount }: ModelMessage) {
  return {
    MessageId: id,
    ReceiptHandle: handle,
    Body: id,
    Attributes: {
      MessageGroupId: groupId,
      ApproximateReceiveCount: String(receiveCount),
      SentTimestamp: '0',
    },
  }
}
