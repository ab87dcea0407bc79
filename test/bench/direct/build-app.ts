import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
import type { Message } from '../../../shared/contract/objects.ts'
import { inTurns } from './in-turns.ts'
import { readMessageBody } from './message-body.ts'
import { readJson } from './read-json.ts'
import type { PushTo } from './serve-sockets.ts'
import { type MessageStore, participantsOf } from './store-message.ts'
import type { VerifyToken } from './verify-token.ts'

export interface DirectDeps {
  verifyToken: VerifyToken
  messages: MessageStore
  push: PushTo
}

const PATH = '/api/v1/chat/messages'
const FOREIGN_KEY_VIOLATION = '23503'

/** The plan's `POST /messages` in Express as everybody writes it. */
export function buildExpressApp(deps: DirectDeps): Express {
  const app = express()
  app.use(express.json())
  app.post(
    PATH,
    sendMessage(deps, (response, message) => response.status(201).json({ data: message })),
  )
  return finish(app, deps)
}

/** The same without what this route does not need: Express's body parser, ETags, and a second serialisation. */
export function buildLeanApp(deps: DirectDeps): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('query parser', false)
  const reply: Reply = (response, _, json) => {
    const body = `{"data":${json}}`
    const length = Buffer.byteLength(body)
    response.writeHead(201, { 'content-type': 'application/json', 'content-length': length }).end(body)
  }
  app.post(PATH, readJson, sendMessage(deps, reply))
  return finish(app, deps)
}

type Reply = (response: Parameters<RequestHandler>[1], message: Message, json: string) => void

/**
 * The messages of a conversation are stored in turns, which PostgreSQL's lock on it enforces anyhow: so no connection
 * waits for another's lock, and pushes go out in the order of their seqs.
 */
function sendMessage({ verifyToken, messages, push }: DirectDeps, reply: Reply): RequestHandler {
  const inTurn = inTurns()
  return async (request, response) => {
    const senderId = await verifyToken(request.headers.authorization?.slice('Bearer '.length))
    if (senderId === undefined) return void response.status(401).json({ title: 'Unauthorized' })
    const body = readMessageBody(request.body)
    if (body === undefined) return void response.status(422).json({ title: 'Unprocessable Content' })
    await inTurn(participantsOf(senderId, body).join(':'), async () => {
      const message = await messages.store(senderId, body)
      const json = JSON.stringify(message)
      push([body.recipientId, senderId], `{"type":"newMessage","data":${json}}`)
      reply(response, message, json)
    })
  }
}

function finish(app: Express, { messages }: DirectDeps): Express {
  app.get('/metrics', (_, response) => {
    response.type('text/plain').send(`chat_sql_statements_total ${messages.statements()}\n`)
  })
  app.use(((error, _request, response, _next) => {
    const status = error.code === FOREIGN_KEY_VIOLATION ? 404 : (error.status ?? 500)
    if (status === 500) process.stderr.write(`direct: ${error.stack}\n`)
    response.status(status).json({ title: 'the message was not stored' })
  }) satisfies ErrorRequestHandler)
  return app
}
