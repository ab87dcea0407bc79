import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { DeleteMessageCommand, GetQueueAttributesCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { inject } from 'vitest'
import { deadLetterQueueOf } from '../../shared/aws/topology.ts'
import { stringAttributes } from '../../shared/messaging/aws-batches.ts'
import { findQueueUrl } from '../../shared/messaging/find-resources.ts'
import { createQueueCalls, type QueueMessage } from '../../shared/messaging/queue-calls.ts'
import { createTestAws } from '../support/test-aws.ts'

const CLI = new URL('../../infra/cli/growzone-chat.mjs', import.meta.url).pathname

interface Outcome {
  exitCode: number | null
  output: string
  errors: string
}

/** Queues of its own, the command line on them, and what puts letters there as the workers do. */
export async function createDlqFixture() {
  const aws = await createTestAws()
  const { sqs, names } = aws
  const env = {
    PATH: process.env.PATH,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL: inject('awsEndpointUrl'),
    CHAT_RESOURCE_PREFIX: aws.prefix,
  }
  const urls = {
    commands: { url: aws.commandsDeadLetterQueueUrl, originUrl: aws.commandsQueueUrl },
    deliveries: {
      url: await findQueueUrl(sqs, deadLetterQueueOf(names.deliveriesQueue)),
      originUrl: aws.deliveriesQueueUrl,
    },
  }

  function dlq(...args: string[]): Promise<Outcome> {
    return new Promise(resolve => {
      const child = execFile(process.execPath, [CLI, 'dlq', ...args], { env }, (_, output, errors) =>
        resolve({ exitCode: child.exitCode, output, errors }),
      )
      child.stdin?.end()
    })
  }

  /** As JSON objects. */
  async function list(...args: string[]) {
    const { exitCode, output, errors } = await dlq('list', '--json', ...args)
    if (exitCode !== 0) throw new Error(errors)
    return output
      .split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line))
  }

  /** The command at a terminal of its own; types the answer when the prompt appears. */
  async function dlqAtTerminal(args: string[], prompt: string, answer: string): Promise<Outcome> {
    const command = [process.execPath, CLI, 'dlq', ...args].join(' ')
    const child = spawn('script', ['-qec', command, '/dev/null'], { env })
    let output = ''
    child.stdout.on('data', chunk => {
      const isAsked = output.includes(prompt)
      output += chunk
      if (!isAsked && output.includes(prompt)) child.stdin.write(answer)
    })
    const exitCode = await exitOf(child)
    return { exitCode, output, errors: '' }
  }

  /** A command as a client put it there, by hand or by the ingress. */
  async function send(QueueUrl: string, groupId: string, body: string, attributes = {}): Promise<string> {
    const { MessageId } = await sqs.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: body,
        MessageGroupId: groupId,
        MessageDeduplicationId: randomUUID(),
        MessageAttributes: stringAttributes(attributes),
      }),
    )
    return MessageId as string
  }

  const callsOf = ({ url, originUrl }: { url: string; originUrl: string }) =>
    createQueueCalls(sqs, {
      queueUrl: originUrl,
      deadLetterQueueUrl: url,
      waitTimeSeconds: 0,
      visibilityTimeoutSeconds: 30,
    })

  /** Everything in the origin, in its order, and out of it. */
  async function takeAll(queue: keyof typeof urls = 'commands'): Promise<QueueMessage[]> {
    const { originUrl: QueueUrl } = urls[queue]
    const taken: QueueMessage[] = []
    for (;;) {
      const messages = await callsOf(urls[queue]).receive()
      if (messages.length === 0) return taken
      for (const { receiptHandle } of messages)
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: receiptHandle }))
      taken.push(...messages)
    }
  }

  /** As the consumer buries what is dead. */
  async function bury(messages: QueueMessage[], reason: string, queue: keyof typeof urls = 'commands') {
    for (const message of messages) await callsOf(urls[queue]).sendToDeadLetterQueue(message, reason)
  }

  /** Sends and buries one; gives its id. */
  async function buryNew(
    groupId: string,
    body: string,
    reason = 'not JSON',
    queue: keyof typeof urls = 'commands',
  ): Promise<string> {
    const id = await send(urls[queue].originUrl, groupId, body)
    await bury(await takeAll(queue), reason, queue)
    return id
  }

  return {
    ...aws,
    urls,
    env,
    dlq,
    list,
    dlqAtTerminal,
    send,
    takeAll,
    bury,
    buryNew,
    /** How many anybody could receive, received by nobody. */
    async visibleIn(QueueUrl: string): Promise<number> {
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
      )
      return Number(Attributes?.ApproximateNumberOfMessages)
    },
  }
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise(resolve => child.once('close', code => resolve(code)))
}
