import { Writable } from 'node:stream'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import pino from 'pino'
import { buildApp } from '../../services/ingress/app.ts'
import type { IngressDeps } from '../../services/ingress/context.ts'
import { createConversationDirectory } from '../../services/ingress/conversation-directory.ts'
import { createImageIntake } from '../../services/ingress/image-intake.ts'
import { createOutcomeWaiter } from '../../services/ingress/outcome-waiter.ts'
import { createRecentMessages } from '../../services/ingress/recent-messages.ts'
import { createUserDirectory } from '../../services/ingress/user-directory.ts'
import { createTokenVerifier, signToken } from '../../shared/auth.ts'
import { createTicketsTable } from '../../shared/connections/tickets-table.ts'
import { type ChatCommand, chatCommand } from '../../shared/contract/commands.ts'
import type { DatabaseHandle } from '../../shared/database/connect.ts'
import { createLimits } from '../../shared/limits/create-limits.ts'
import { createKnownPairs } from '../../shared/limits/known-pairs.ts'
import type { LimitConfig } from '../../shared/limits/limit-settings.ts'
import { PUBLIC_MEDIA } from '../../shared/media/media-signer.ts'
import type { MediaStore } from '../../shared/media/media-store.ts'
import type { CommandSender } from '../../shared/messaging/command-sender.ts'
import { readTraceContext, type TraceContext } from '../../shared/tracing.ts'

const JWT_SECRET = 'a-secret-for-tests-of-32-characters!'

export const tokenOf = (userId: number) => signToken(JWT_SECRET, userId, 600)

export interface Answer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any
  text: string
}

const NO_MEDIA: MediaStore = {
  async put() {},
  async remove() {},
  async presign() {
    return { uploadUrl: 'https://media.example/', fields: {} }
  },
  urlOf: key => `https://media.example/${key}`,
}

/** For tests that ask for none. */
const NO_TICKETS = createTicketsTable(new DynamoDBClient({ region: 'eu-central-1' }))

/** The REST API without its port, on a database and a queue of the test's choice. Keeps what it logs. */
export function createIngress(
  options: { db: DatabaseHandle['db']; commands: CommandSender; rates?: LimitConfig } & Partial<IngressDeps>,
) {
  const logged: string[] = []
  const stream = new Writable({
    write(chunk, _, done) {
      logged.push(String(chunk))
      done()
    },
  })
  const logger = pino({ level: 'trace' }, stream)
  const { db } = options
  const app = buildApp({
    outcomes: createOutcomeWaiter(db, logger),
    conversations: createConversationDirectory(db),
    users: createUserDirectory(db),
    recentMessages: createRecentMessages(),
    verifyToken: createTokenVerifier({ JWT_SECRET }),
    mediaOrigins: ['https://media.example/'],
    media: NO_MEDIA,
    images: createImageIntake(),
    signer: PUBLIC_MEDIA,
    uploadMaxBytes: 1_000,
    tickets: NO_TICKETS,
    limits: createLimits(options.rates ?? {}),
    pairs: createKnownPairs(),
    holdBack: async () => {},
    logger,
    ...options,
  })

  async function call(
    userId: number,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await app.request(`/api/v1/chat${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await tokenOf(userId)}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const json = text === '' ? undefined : JSON.parse(text)
    return { status: response.status, headers: response.headers, body: json, text }
  }

  return { app, call, logged }
}

/** Takes the commands out of a queue, one by one so that a group's order holds. */
export async function receiveCommands(
  sqs: SQSClient,
  queueUrl: string,
): Promise<{ command: ChatCommand; trace: TraceContext | undefined }[]> {
  const received: { command: ChatCommand; trace: TraceContext | undefined }[] = []
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MessageAttributeNames: ['All'] }),
    )
    const [message] = Messages
    if (!message) return received
    received.push({
      command: chatCommand.parse(JSON.parse(message.Body as string)),
      trace: traceOf(message),
    })
    await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle }))
  }
}

function traceOf({ MessageAttributes = {} }: Message): TraceContext | undefined {
  const [traceparent, tracestate] = [MessageAttributes.traceparent, MessageAttributes.tracestate]
  return readTraceContext(traceparent?.StringValue, tracestate?.StringValue)
}
