import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import type { Identity, VerifyToken } from '../../shared/auth.ts'
import type { TicketsTable } from '../../shared/connections/tickets-table.ts'
import type { DatabaseHandle } from '../../shared/database/connect.ts'
import type { Limits } from '../../shared/limits/create-limits.ts'
import type { KnownPairs } from '../../shared/limits/known-pairs.ts'
import type { Logger } from '../../shared/logger.ts'
import type { MediaSigner } from '../../shared/media/media-signer.ts'
import type { MediaStore } from '../../shared/media/media-store.ts'
import type { CommandSender } from '../../shared/messaging/command-sender.ts'
import type { TraceContext } from '../../shared/tracing.ts'
import type { ConversationDirectory } from './conversation-directory.ts'
import type { ImageIntake } from './image-intake.ts'
import type { OutcomeWaiter } from './outcome-waiter.ts'
import type { RecentMessages } from './recent-messages.ts'
import type { UserDirectory } from './user-directory.ts'

/** What the routes work with; a test gives its own. */
export interface IngressDeps {
  db: DatabaseHandle['db']
  commands: CommandSender
  outcomes: OutcomeWaiter
  conversations: ConversationDirectory
  users: UserDirectory
  recentMessages: RecentMessages
  verifyToken: VerifyToken
  mediaOrigins: string[]
  media: MediaStore
  tickets: TicketsTable
  images: ImageIntake
  signer: MediaSigner
  uploadMaxBytes: number
  limits: Limits
  pairs: KnownPairs
  /** Resolves when a refusal for too many may be told. */
  holdBack(): Promise<void>
  /** Of web pages that may call the API. */
  corsOrigins?: string[] | undefined
  logger: Logger
}

/** A request that was never one of node:http, and what the app says to it. */
export interface PlainExchange {
  body: Uint8Array
  /** Beside the response, which costs more to read than to make. */
  answered?: { status: number; headers: Record<string, string>; text: string }
}

export interface IngressEnv {
  Bindings: Partial<HttpBindings> & { plain?: PlainExchange }
  Variables: {
    requestId: string
    trace: TraceContext
    userId: number
    /** The user and the end of the token. */
    identity: Identity
    /** What every answer carries, and what this one has to tell beside its body. */
    headers: Record<string, string>
  }
}

export type IngressContext = Context<IngressEnv>
export type Route = (c: IngressContext) => Promise<Response>
