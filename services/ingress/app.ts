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
import type { IngressDeps, IngressEnv, Route } from './context.ts'
import { buildDocumentRoutes } from './documents.ts'
import { identifyRequest } from './identify-request.ts'
import { limit } from './limit.ts'
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
import { serveRoute } from './serve-route.ts'

export const BASE_PATH = '/api/v1/chat'
const UNMATCHED = 'unmatched'

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'
type Serve = (method: Method, path: string, handle: Route) => void

export function buildApp(deps: IngressDeps): Hono<IngressEnv> {
  const { verifyToken } = deps
  const app = new Hono<IngressEnv>()
  for (const path of ['/health/live', '/health/ready', '/metrics']) {
    app.get(path, async c => {
      const { status, type, body } = await answerHealth(path, async () => undefined)
      return c.body(body, status as 200, { ...ANSWER_HEADERS, 'Content-Type': type })
    })
  }
  app.route('/', buildDocumentRoutes(BASE_PATH))
  if (deps.corsOrigins) app.use(`${BASE_PATH}/*`, allowOrigins(deps.corsOrigins))
  const serve: Serve = (method, path, handle) => {
    const template = `${BASE_PATH}${path}`
    const handleForUser: Route = async c => {
      await authenticate(c, verifyToken)
      if (method === 'GET') limit(deps, c, 'reads')
      return await handle(c)
    }
    app.on(method, template, serveRoute(`${method} ${template}`, handleForUser, deps))
  }
  serveChat(serve, deps)
  const refuse: Route = async c => {
    if (c.req.path.startsWith(`${BASE_PATH}/`)) await authenticate(c, verifyToken)
    throw refuseUnknown(app.routes, c.req.path)
  }
  app.notFound(serveRoute(UNMATCHED, refuse, deps))
  app.onError((error, c) => {
    identifyRequest(c)
    return answerError(error, c, deps, `${c.req.method} ${c.req.path}`)
  })
  return app
}

function serveChat(serve: Serve, deps: IngressDeps): void {
  serve('GET', '/conversations', listConversations(deps))
  serve('POST', '/conversations', openConversation(deps))
  serve('GET', '/conversations/:id', getConversation(deps))
  serve('PATCH', '/conversations/:id', configureConversation(deps))
  serve('DELETE', '/conversations/:id', deleteConversation(deps))
  serve('GET', '/conversations/:id/messages', listMessages(deps))
  serve('GET', '/conversations/:id/changes', listChanges(deps))
  serve('POST', '/conversations/:id/read', markMessages('read', deps))
  serve('POST', '/conversations/:id/delivered', markMessages('delivered', deps))
  serve('POST', '/conversations/:id/typing', setTyping(deps))
  serve('POST', '/messages', sendMessage(deps))
  serve('GET', '/messages/:id', getMessage(deps))
  serve('DELETE', '/messages/:id', deleteMessage(deps))
  serve('GET', '/unread-count', getUnreadCount(deps))
  serve('POST', '/upload', uploadMedia(deps))
  serve('POST', '/uploads', presignUpload(deps))
  serve('POST', '/ws-tickets', issueTicket(deps))
}
