import { topology } from '../../../shared/aws/topology.ts'
import { sleep } from '../../../shared/lifecycle.ts'
import { now } from '../clock.ts'
import type { Random } from '../random.ts'
import { duplicateOf } from './duplicate-entry.ts'
import { type Answer, type Call, callerOf, type HttpProxy, startHttpProxy } from './http-proxy.ts'
import type { TrafficLog } from './traffic-log.ts'

/** Before SQS and SNS. */
export interface QueueProxy extends HttpProxy {
  /** Share of the batches of which one entry comes again, later and under another deduplication id. */
  duplicating: number
  readonly counts: QueueProxyCounts
}

export interface QueueProxyCounts {
  duplicated: number
  /** Received before, by queue. */
  redeliveredCommands: number
  redeliveredEvents: number
}

interface Received {
  MessageId: string
  Attributes: { ApproximateReceiveCount: string; SentTimestamp: string }
}

const RARE = ['conversation.configure', 'conversation.delete', 'message.delete']
const RARE_FACTOR = 8
const LONGEST_DUPLICATE_DELAY_MS = 4_000

export async function startQueueProxy(options: {
  port: number
  log: TrafficLog
  random: Random
}): Promise<QueueProxy> {
  const counts: QueueProxyCounts = { duplicated: 0, redeliveredCommands: 0, redeliveredEvents: 0 }
  const stopping = new AbortController()
  const proxy = await startHttpProxy({
    upstream: { host: '127.0.0.1', port: options.port },
    nameOf: operationOf,
    log: options.log,
    onAnswer(call, answer) {
      if (answer.status === 200 && options.random.chance(shareOf(call))) void duplicate(call)
      if (operationOf(call) === 'ReceiveMessage') count(call, answer)
      return operationOf(call) === 'GetQueueUrl' ? throughProxy(answer) : answer
    },
  })

  /** What is rare would otherwise hardly ever come twice. */
  function shareOf({ body }: Call): number {
    return queue.duplicating * (RARE.some(type => body.includes(type)) ? RARE_FACTOR : 1)
  }

  async function duplicate(call: Call): Promise<void> {
    const again = duplicateOf(operationOf(call), call, `again ${now()}`, options.random)
    if (again === undefined) return
    await sleep(options.random.int(0, LONGEST_DUPLICATE_DELAY_MS), stopping.signal)
    if (stopping.signal.aborted || queue.duplicating === 0) return
    const answer = await proxy.send(again).catch(() => undefined)
    if (answer?.status !== 200) return
    counts.duplicated++
    options.log.write('suite', operationOf(call), 'duplicate', again.body, answer.body)
  }

  function count(call: Call, answer: Answer): void {
    if (!answer.body.includes('ApproximateReceiveCount')) return
    const { Messages = [] } = JSON.parse(answer.body.toString()) as { Messages?: Received[] }
    for (const { MessageId, Attributes } of Messages) {
      if (Attributes.ApproximateReceiveCount === '1') continue
      const isCommand = call.body.includes(topology().commandsQueue)
      if (isCommand) counts.redeliveredCommands++
      else counts.redeliveredEvents++
      const ageMs = Date.now() - Number(Attributes.SentTimestamp)
      const outcome = `${Attributes.ApproximateReceiveCount} times, sent ${ageMs} ms ago`
      options.log.write(callerOf(call.headers), 'received again', outcome, Buffer.from(MessageId))
    }
  }

  /** The SDK may take a queue's URL as its endpoint. */
  function throughProxy(answer: Answer): Answer {
    const text = answer.body.toString().replace(/http:\/\/[^/"]+/, proxy.url)
    return {
      ...answer,
      headers: { ...answer.headers, 'content-length': String(Buffer.byteLength(text)) },
      body: Buffer.from(text),
    }
  }

  const queue: QueueProxy = {
    ...proxy,
    duplicating: 0,
    counts,
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await proxy[Symbol.asyncDispose]()
    },
  }
  return queue
}

/** SQS names it in a header, SNS in the form. */
export function operationOf({ headers, body }: Pick<Call, 'headers' | 'body'>): string {
  const target = headers['x-amz-target']
  if (typeof target === 'string') return target.split('.').at(-1) as string
  return body.toString('latin1', 0, 200).match(/(?:^|&)Action=(\w+)/)?.[1] ?? 'unknown'
}
