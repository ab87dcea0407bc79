import { once } from 'node:events'
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi'
import { WebSocket } from 'ws'
import { endSocketWith } from '../../services/gateway/end-socket.ts'
import { createHandlers, type Handlers } from '../../services/gateway/handlers.ts'
import type { SocketLimits } from '../../services/gateway/open-socket.ts'
import { type GatewayServer, startGatewayServer } from '../../services/gateway/server.ts'
import { createSocketDirectory } from '../../services/gateway/socket-directory.ts'
import { createTokenVerifier, signToken } from '../../shared/auth.ts'
import { findConnections } from '../../shared/connections/find-connections.ts'
import type { ChatCommand } from '../../shared/contract/commands.ts'
import { createLimits } from '../../shared/limits/create-limits.ts'
import { createKnownPairs } from '../../shared/limits/known-pairs.ts'
import type { LimitConfig } from '../../shared/limits/limit-settings.ts'
import { createLogger, type Logger } from '../../shared/logger.ts'
import { CREDENTIALS, startTable } from './connections-fixture.ts'

const JWT_SECRET = 'a-secret-for-tests-of-32-characters!'

export const tokenOf = (userId: number, lifetimeSeconds = 60) =>
  signToken(JWT_SECRET, userId, lifetimeSeconds)

const atOnce = async () => {}

export interface Frame {
  type: string
  requestId?: string
  // biome-ignore lint/suspicious/noExplicitAny: each test knows its own frames
  data: any
}

export interface TestClient {
  socket: WebSocket
  send(frame: unknown): void
  /** The next frame received, as it was sent. */
  next(): Promise<Frame>
  closed: Promise<{ code: number; reason: string }>
}

export type Gateway = Awaited<ReturnType<typeof startTestGateway>>

/** The gateway's server with real handlers, registry and sockets; commands end in a list. */
export async function startTestGateway(
  options: {
    limits?: Partial<SocketLimits>
    maxSocketsPerUser?: number
    rates?: LimitConfig
    holdBack?: () => Promise<void>
    overrides?: (handlers: Handlers) => Partial<Handlers>
    logger?: Logger
  } = {},
) {
  const stack = new AsyncDisposableStack()
  const { table, tickets } = stack.use(await startTable())
  const commands: ChatCommand[] = []
  const logger = options.logger ?? createLogger('gateway', 'silent')
  const sender = {
    async send(command: ChatCommand) {
      commands.push(command)
    },
    async [Symbol.asyncDispose]() {},
  }
  const sockets = createSocketDirectory()
  const handlers = createHandlers({
    verifyToken: createTokenVerifier({ JWT_SECRET }),
    sender,
    connections: table,
    tickets,
    mediaOrigins: [],
    maxSocketsPerUser: options.maxSocketsPerUser ?? 20,
    endSocket: endSocketWith(sockets),
    limits: createLimits(options.rates ?? {}),
    pairs: createKnownPairs(),
    holdBack: options.holdBack ?? atOnce,
    logger,
  })
  const server: GatewayServer = stack.use(
    await startGatewayServer({
      host: '127.0.0.1',
      port: 0,
      managementHost: '127.0.0.1',
      managementPort: 0,
      handlers: { ...handlers, ...options.overrides?.(handlers) },
      sockets,
      limits: {
        idleTimeoutSeconds: 60,
        maxLifetimeSeconds: 60,
        maxFramesPerSecond: 1_000,
        ...options.limits,
      },
      logger,
    }),
  )
  const managementUrl = `http://127.0.0.1:${server.managementPort}`
  const managementApi = createManagementApi(managementUrl)
  stack.defer(() => managementApi.destroy())
  const url = `ws://127.0.0.1:${server.port}`
  return {
    server,
    url,
    managementUrl,
    managementApi,
    commands,
    table,
    tickets,
    connect: async (userId: number) => connectTo(`${url}/?token=${await tokenOf(userId)}`),
    connectionsOf: async (userId: number) => (await findConnections(table, [userId])).get(userId) ?? [],
    /** The one connection of a user who has a single device. */
    async connectionOf(userId: number): Promise<string> {
      const [connectionId] = (await findConnections(table, [userId])).get(userId) ?? []
      return connectionId ?? 'none'
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

export function createManagementApi(endpoint: string): ApiGatewayManagementApiClient {
  return new ApiGatewayManagementApiClient({ endpoint, region: 'eu-central-1', credentials: CREDENTIALS })
}

export async function connectTo(url: string): Promise<TestClient> {
  const socket = new WebSocket(url)
  const received: Frame[] = []
  const waiting: ((frame: Frame) => void)[] = []
  socket.on('message', data => {
    const frame = JSON.parse(data.toString()) as Frame
    const waiter = waiting.shift()
    if (waiter) waiter(frame)
    else received.push(frame)
  })
  const closed = new Promise<{ code: number; reason: string }>(resolve => {
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }))
  })
  await once(socket, 'open')
  return {
    socket,
    send: frame => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    next: () => {
      const frame = received.shift()
      return frame ? Promise.resolve(frame) : new Promise(resolve => waiting.push(resolve))
    },
    closed,
  }
}

/** The HTTP status that refuses a socket. */
export function refusalOf(url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url)
    socket.once('unexpected-response', (_, response) => {
      resolve(response.statusCode)
      response.resume()
    })
    socket.once('open', () => reject(new Error('the socket was opened')))
    socket.once('error', () => {})
  })
}

/** Waits until a condition holds that no event tells of. */
export async function waitUntil(holds: () => boolean | Promise<boolean>, timeoutMs = 3000): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('waited in vain')
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}
