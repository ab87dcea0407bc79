/**
 * The hot path's way past the SDK's machinery: seven operations signed and sent by ourselves, at a fifth of the CPU.
 *
 * - Endpoint, region and credentials are the SDK client's: the lane takes them from the first request of each kind,
 *   which goes through the SDK as it is.
 * - Only a plain success counts. A throttle, a 5xx, a lost connection, an expired credential, anything unreadable: the
 *   call is made again by the SDK client, which retries, classifies and throws its typed errors.
 * - The caller's time limit, or abort signal, ends the call in either lane.
 */
import { requestsOf } from './aws-metrics.ts'
import { GivenUpError, httpPost, type PostLimit } from './http-post.ts'
import { type LeanOperation, leanOperations } from './lean-operations.ts'
import { type Credentials, type Scope, signRequest } from './sign-request.ts'

export interface LeanLaneConfig {
  CHAT_LEAN_LANE: 'on' | 'off'
}

interface SdkClient {
  config: { credentials: () => Promise<Credentials>; systemClockOffset: number }
  middlewareStack: {
    add(middleware: LearningMiddleware, options: { step: 'deserialize'; name: string }): void
  }
  // biome-ignore lint/suspicious/noExplicitAny: overloads of each client's own types
  send: (command: any, ...rest: any[]) => any
}
// biome-ignore lint/suspicious/noExplicitAny: each client has input and output types of its own
type LearningMiddleware = (next: any, context: any) => (args: any) => Promise<any>

interface SdkRequest {
  protocol: string
  hostname: string
  port?: number
  path: string
  headers: Record<string, string>
}

/** Where requests of one kind go. */
interface Route {
  origin: string
  host: string
  /** What comes before the operation's own path. */
  basePath: string
  scope: Scope
}

interface Command {
  constructor: unknown
  input: CommandInput
}
interface CommandInput {
  QueueUrl?: string
}

/** Gives the same client, with its hot operations on the lean lane. */
export function takeLeanLane<Client extends SdkClient>(client: Client, config: LeanLaneConfig): Client {
  if (config.CHAT_LEAN_LANE === 'off') return client
  const routes = new Map<string, Route>()
  const sendBySdk = client.send.bind(client)

  client.middlewareStack.add(
    (next, context) => args => {
      const name = String(context.commandName).replace(/Command$/, '')
      const route = routeOf(args.request)
      if (route) routes.set(keyOf(name, args.input), route)
      return next(args)
    },
    { step: 'deserialize', name: 'learnRoute' },
  )

  client.send = (command: Command, options: PostLimit | undefined, ...rest: unknown[]) => {
    const operation = leanOperations.get(command.constructor)
    const route = operation && routes.get(keyOf(operation.name, command.input))
    if (!operation || !route) return sendBySdk(command, options, ...rest)
    return sendLeanly(operation, route, command, options)
  }
  return client

  /** What was not a plain success goes to the SDK, unless the caller gave up. */
  async function sendLeanly(
    operation: LeanOperation,
    { origin, host, basePath, scope }: Route,
    command: Command,
    limit: PostLimit = {},
  ): Promise<object> {
    try {
      const { path, contentType, target, body } = operation.write(command.input)
      const request = { host, path: basePath + path || '/', body, target }
      const credentials = await client.config.credentials()
      const signature = signRequest(request, credentials, scope, Date.now() + client.config.systemClockOffset)
      const headers = `${signature}content-type: ${contentType}\r\n`
      requestsOf(operation.name).inc()
      const answer = await httpPost(origin, request.path, headers, body, limit)
      const output = answer.status === 200 && operation.read(answer.body, command.input)
      if (output) return output
    } catch (error) {
      if (error instanceof GivenUpError) throw error.cause
    }
    return sendBySdk(command, limit)
  }
}

/** Queues may lie in several regions. */
function keyOf(operation: string, input: CommandInput): string {
  return `${operation} ${input.QueueUrl ?? ''}`
}

/** Undefined for a request that is not signed as the lane signs. */
function routeOf({ protocol, hostname, port, path, headers }: SdkRequest): Route | undefined {
  const authorization = headers.authorization ?? headers.Authorization ?? ''
  const [, region, service] =
    /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/([^/]+)\/([^/]+)\//.exec(authorization) ?? []
  if (region === undefined || service === undefined) return undefined
  const host = port === undefined ? hostname : `${hostname}:${port}`
  const basePath = path.replace(/\/@connections\/[^/]*$|\/$/, '')
  return { origin: `${protocol}//${host}`, host, basePath, scope: { region, service } }
}
