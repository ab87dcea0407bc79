import type { Conversation, Message, MessageStatus } from '../../shared/contract/wire.ts'
import type { ChatError } from './chat-error.ts'

export type {
  ChatUser,
  ContentType,
  Conversation,
  Message,
  MessageStatus,
  MessageStatusChange,
} from '../../shared/contract/wire.ts'

/** Where `getToken` stands: `refresh` is true when the server refused the token it gave before. */
export interface TokenRequest {
  refresh: boolean
}

/** As AsyncStorage of React Native has it; `createWebStorage()` makes one of `localStorage`. */
export interface ChatStorage {
  getItem(key: string): Promise<string | null>
  setItem(key: string, value: string): Promise<void>
  removeItem(key: string): Promise<void>
  getAllKeys(): Promise<readonly string[]>
}

export interface ChatClientOptions {
  /** Origin of the REST API, `https://api.growzone.co`; the path `/api/v1/chat` is added. */
  apiUrl: string
  /** Of the socket, `wss://chat.growzone.co`. */
  wsUrl: string
  /** Gives the access token of the user; asked before every request, so it should remember what it has. */
  getToken(request: TokenRequest): string | Promise<string>
  /** The user's id; read from the token (`sub`, else `user_id`) when not given. */
  userId?: number
  /** Where messages wait that are not sent yet. In memory when not given: they end with the app. */
  storage?: ChatStorage
  /** Default: the platform's. */
  fetch?: typeof globalThis.fetch
  /** Default: the platform's. */
  WebSocket?: typeof globalThis.WebSocket
  /** Connects by itself at once; else when `connect()` is called. Default true. */
  autoConnect?: boolean
}

/** The content of a message; `mediaUrl` is what `upload` gave. */
export interface MessageContent {
  contentType?: Message['contentType']
  textContent?: string
  mediaUrl?: string
  mediaThumbnailUrl?: string
  /** Whole seconds, 0–300. */
  audioDuration?: number
  replyToId?: string
}

/** To whom: the other user, or a conversation that the client has seen. */
export type MessageTarget = { recipientId: number } | { conversationId: string }

/** A message in a list: as the server has it, or still on its way (`pending`), or refused (`failed`). */
export interface ChatMessage extends Omit<Message, 'status'> {
  status: MessageStatus | 'failed'
  /** Why it failed; only with status `failed`. */
  failure?: MessageFailure
}

export interface MessageFailure {
  /** Of the contract (`recipient_not_found` …), or `http_<status>`. */
  code: string
  /** For people, in English. */
  detail: string
}

/** A message that was given to `send`. */
export interface SentMessage {
  id: string
  message: ChatMessage
  /** When it is stored, or can never be. Does not reject. */
  settled: Promise<{ status: 'sent'; message: Message } | { status: 'failed'; failure: MessageFailure }>
}

export interface ConnectionState {
  /**
   * `offline`: no socket, the next attempt at `retryAt` unless `disconnect()` was called. `catching-up`: the socket is open,
   * what was missed is being fetched. `online`: everything shown is what the server has.
   */
  status: 'offline' | 'connecting' | 'catching-up' | 'online'
  /** Why it is not online. */
  error?: ChatError
  /** Epoch ms. */
  retryAt?: number
}

/** What one conversation looks like: stored messages by `seq`, then failed and pending ones in the order of sending. */
export interface ConversationSnapshot {
  messages: readonly ChatMessage[]
  /** Undefined until it is loaded. */
  conversation: Conversation | undefined
  /** Older messages than these are on the server. */
  hasOlder: boolean
  isLoading: boolean
  /** The other user is typing. */
  isTyping: boolean
  /** Why the last load failed. */
  error?: ChatError
}

export interface ConversationListSnapshot {
  /** Pinned first, then newest activity; without the archived ones. */
  conversations: readonly Conversation[]
  archived: readonly Conversation[]
  unreadCount: number
  hasMore: boolean
  isLoading: boolean
  error?: ChatError
}

/** Something with a current value that tells when it changes: made for React's `useSyncExternalStore`. */
export interface Readable<Value> {
  /** The same object until something changes. */
  getSnapshot(): Value
  /** Returns how to unsubscribe. */
  subscribe(listener: () => void): () => void
}

export interface ConversationSettings {
  pinned?: boolean
  muted?: boolean
  archived?: boolean
}

/** What a file is to `upload`: a Blob or File, or React Native's `{ uri, name, type }`. */
export type UploadSource = Blob | { uri: string; name: string; type: string }

export interface UploadOptions {
  /** From 0 to 1; of the bytes sent. */
  onProgress?: (share: number) => void
  signal?: AbortSignal
}

/** `url` and `mediaThumbnailUrl` are what a message takes; they can be read for some hours. */
export interface UploadedFile {
  url: string
  /** Of an image. */
  mediaThumbnailUrl?: string
  contentType: string
  /** Bytes, as stored. */
  size: number
  /** Of an image, pixels. */
  width?: number
  height?: number
  /** Of a sound or video that tells it, seconds. */
  duration?: number
}
