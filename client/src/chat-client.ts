import type { Conversation, FrameData, Message, MessageStatusChange } from '../../shared/contract/wire.ts'
import type { ChatError } from './chat-error.ts'
import type { ConversationList } from './conversation-list.ts'
import type { ConversationStore } from './conversation-store.ts'
import type {
  ChatMessage,
  ConnectionState,
  ConversationSettings,
  MessageContent,
  MessageTarget,
  Readable,
  SentMessage,
} from './types.ts'
import type { Upload } from './upload.ts'

export interface ChatEvents {
  /** A stored message that was not seen before: the other user's, or the own one from any device. */
  message: Message
  messageStatus: MessageStatusChange
  messageDeleted: FrameData['messageDeleted']
  /** A message of this client can never be stored. */
  messageFailed: ChatMessage
  typing: FrameData['typing']
  connection: ConnectionState
  /** What no call could reject with: a full storage, or what the socket refused (`rate-limited` tells `retryAfterMs`). */
  error: ChatError
}

export interface ChatClient {
  /** Undefined until the first token was read, unless it was given. */
  readonly userId: number | undefined
  readonly connection: Readable<ConnectionState> & {
    connect(): void
    /** Closes the socket. What is sent waits in the outbox. */
    disconnect(): void
    /** To call when the app comes to the foreground or the network changes; in browsers it happens by itself. */
    check(): void
  }
  readonly conversations: {
    /** What a list of conversations shows. */
    readonly list: ConversationList
    /** All of them, newest activity first, page by page from the server. */
    all(options?: { archived?: boolean }): AsyncIterable<Conversation>
    get(id: string): Promise<Conversation>
    /** Makes the conversation with this user, or finds it. */
    open(recipientId: number): Promise<Conversation>
    update(id: string, settings: ConversationSettings): Promise<Conversation>
    /** Hides it and all it holds for the user; a later message brings it back. */
    delete(id: string): Promise<void>
  }
  /** What the screen of one conversation shows; the same object for the same id. */
  conversation(id: string): ConversationStore
  /** All messages of a conversation, newest first, page by page from the server. */
  messages(conversationId: string): AsyncIterable<Message>
  /** Puts a message into the outbox and returns at once. */
  send(target: MessageTarget, content: MessageContent): SentMessage
  /** Sends a failed message again; undefined when there is none with this id. */
  retry(id: string): SentMessage | undefined
  /** Gives up a message that is not stored. */
  discard(id: string): void
  /** For the user only. */
  deleteMessage(message: Pick<Message, 'id' | 'conversationId'>): Promise<void>
  /** Everything, or everything up to `upToSeq`, has been read. Calls are gathered. */
  markRead(conversationId: string, upToSeq?: number): void
  /** To call at every key; it is told every few seconds, and only while a socket is open. */
  setTyping(conversationId: string, isTyping: boolean): void
  upload: Upload
  /** Gives the message with addresses that can be read again, and shows it so. To call when its media do not load. */
  refreshMedia(message: Pick<Message, 'id' | 'conversationId'>): Promise<Message>
  unreadCount(): Promise<{ total: number; conversations: number }>
  /** Returns how to unsubscribe. */
  on<Name extends keyof ChatEvents>(name: Name, listener: (data: ChatEvents[Name]) => void): () => void
  /** Ends everything; the outbox stays in the storage. */
  close(): void
}
