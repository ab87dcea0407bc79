/**
 * Takes in: REST requests of the contract's §3.
 * Guarantees: nothing is written here but media; an accepted command is in the queue; nobody sees what is not theirs.
 * Gives out: commands to `chat-commands.fifo`, media to the bucket, and answers read from the database.
 */
import { Hono } from 'hono'
import { answer as answerHealth } from '../../shared/health-server.ts'
import { allowOrigins } from './allow-origins.ts'
import { answerError } from './answer-error.ts'
import { authenticate } from './authenticate.ts'
import type { IngressDeps, IngressEnv } from './context.ts'
import { buildDocumentRoutes } from './documents.ts'
import { identifyRequest } from './identify-request.ts'
import { limitReads } from './limit.ts'
import { observeRequests } from './observe-request.ts'
import { refuseUnknown } from './refuse-unknown.ts'
import { configureConversation } from './routes/configure-conversation.ts'
import { deleteConversation } from './routes/delete-conversation.ts'
import { deleteMessage } from './routes/delete-message.ts'
import { getConversation } from './routes/get-conversation.ts'
import { getMessage } from './routes/get-message.ts'
import { getUnreadCount } from './routes/get-unread-count.ts'
import { issueTicket } from './routes/issue-ticket.ts'
import { listChanges } from './routes/list-changes.ts'
import { listConversations } from './routes/list-conversations.ts'
import { listMessages } from './routes/list-messages.ts'
import { markMessages } from './routes/mark-messages.ts'
import { openConversation } from './routes/open-conversation.ts'
import { presignUpload } from './routes/presign-upload.ts'
import { sendMessage } from './routes/send-message.ts'
import { setTyping } from './routes/set-typing.ts'
import { uploadMedia } from './routes/upload-media.ts'
import { ANSWER_HEADERS } from './secure-headers.ts'

export const BASE_PATH = '/api/v1/chat'

export function buildApp(deps: IngressDeps): Hono<IngressEnv> {
  const app = new Hono<IngressEnv>()
  app.use(identifyRequest())
  app.onError((error, c) => answerError(error, c, deps))
  app.notFound(c => answerError(refuseUnknown(app.routes, c.req.path), c, deps))
  for (const path of ['/health/live', '/health/ready', '/metrics']) {
    app.get(path, async c => {
      const { status, type, body } = await answerHealth(path, async () => undefined)
      return c.body(body, status as 200, { ...ANSWER_HEADERS, 'Content-Type': type })
    })
  }
  app.route('/', buildDocumentRoutes(BASE_PATH))
  app.use(observeRequests(deps.logger))
  if (deps.corsOrigins) app.use(`${BASE_PATH}/*`, allowOrigins(deps.corsOrigins))
  app.route(BASE_PATH, buildChatRoutes(deps))
  return app
}

function buildChatRoutes(deps: IngressDeps): Hono<IngressEnv> {
  const chat = new Hono<IngressEnv>()
  chat.use(authenticate(deps.verifyToken))
  chat.use(limitReads(deps))
  chat.get('/conversations', listConversations(deps))
  chat.post('/conversations', openConversation(deps))
  chat.get('/conversations/:id', getConversation(deps))
  chat.patch('/conversations/:id', configureConversation(deps))
  chat.delete('/conversations/:id', deleteConversation(deps))
  chat.get('/conversations/:id/messages', listMessages(deps))
  chat.get('/conversations/:id/changes', listChanges(deps))
  chat.post('/conversations/:id/read', markMessages('read', deps))
  chat.post('/conversations/:id/delivered', markMessages('delivered', deps))
  chat.post('/conversations/:id/typing', setTyping(deps))
  chat.post('/messages', sendMessage(deps))
  chat.get('/messages/:id', getMessage(deps))
  chat.delete('/messages/:id', deleteMessage(deps))
  chat.get('/unread-count', getUnreadCount(deps))
  chat.post('/upload', uploadMedia(deps))
  chat.post('/uploads', presignUpload(deps))
  chat.post('/ws-tickets', issueTicket(deps))
  return chat
}
