/**
 * One conversation as a screen shows it. `version` tells whether anything was missed: what a frame brings is taken when it
 * follows what is known, else `changes` is asked for all that lies between.
 */
import type { Conversation, DeletedMessage, FrameData, Message } from '../../shared/contract/wire.ts'
import type { Api } from './api.ts'
import { type ChatError, toChatError } from './chat-error.ts'
import { createLoader } from './loader.ts'
import { createMessageList, type MessageList } from './message-list.ts'
import { createSource } from './readable.ts'
import type { ChatMessage, ConversationSnapshot, Readable } from './types.ts'
import { retryLater } from './wait.ts'

const PAGE = 50
const CHANGES_PAGE = 100
/** Further behind than this, the newest page is loaded anew. */
const MAX_VERSIONS_BEHIND = 1_000
/** A typing that is not renewed is over. */
const TYPING_SHOWN_MS = 6_000

export interface ConversationStore extends Readable<ConversationSnapshot> {
  readonly id: string
  /** Loads the newest page unless it is there. Subscribing does it too. */
  load(): Promise<void>
  loadOlder(): Promise<void>
}

export interface FedConversationStore extends ConversationStore {
  isLoaded(): boolean
  isWatched(): boolean
  onMessage(message: Message): void
  onStatus(change: FrameData['messageStatus']): void
  onDeleted(deleted: FrameData['messageDeleted']): void
  onTyping(isTyping: boolean): void
  /** The conversation itself is known in a newer state; catches up when its version is ahead. */
  onConversation(conversation: Conversation): Promise<void>
  remove(id: string): void
  /** The conversation was deleted for the user with all up to this seq; later messages still come. */
  clear(upToSeq: number): void
  /** Forgets everything; loads again when somebody looks. */
  reset(): Promise<void>
  /** The outbox, or the conversation itself, changed. */
  changed(): void
}

export interface ConversationStoreOptions {
  id: string
  api: Api
  findConversation(): Conversation | undefined
  loadConversation(): Promise<Conversation>
  /** What waits to be sent to the other user. */
  outgoing(): ChatMessage[]
  /** Of the server; called with everything that comes, for receipts and the outbox. */
  onMessages(messages: readonly Message[]): void
}

export function createConversationStore(options: ConversationStoreOptions): FedConversationStore {
  const { id, api } = options
  const path = `/conversations/${id}`
  let list: MessageList = createMessageList()
  let version: number | undefined
  /** The highest version that a frame named. */
  let seenVersion = 0
  let catchingUp: Promise<void> | undefined
  let healTimer: ReturnType<typeof setTimeout> | undefined
  let typingTimer: ReturnType<typeof setTimeout> | undefined
  const source = createSource(build)
  const loader = createLoader(source.changed)

  function build(): ConversationSnapshot {
    const stored = list.all()
    const known = new Set(stored.map(message => message.id))
    return {
      messages: [...stored, ...options.outgoing().filter(message => !known.has(message.id))],
      conversation: options.findConversation(),
      hasOlder: version !== undefined && list.hasOlder(),
      ...loader.state(),
      isTyping: typingTimer !== undefined,
    }
  }

  async function loadNewest(): Promise<void> {
    const into = list
    // The version first: what changes while the page is read is then asked for again, and nothing is missed.
    const conversation = await options.loadConversation()
    const { data, page } = await api<Message[]>({ method: 'GET', path: `${path}/messages?limit=${PAGE}` })
    if (into !== list) return
    list.clear(conversation.clearedSeq)
    list.putOlder(data, page.hasMore ?? false)
    version = conversation.version
    options.onMessages(data)
    if (seenVersion > version) await catchUp()
  }

  async function loadOlderPage(): Promise<void> {
    const before = list.oldestSeq()
    if (before === undefined || !list.hasOlder()) return
    const into = list
    const query = `limit=${PAGE}&before=${before}`
    const { data, page } = await api<Message[]>({ method: 'GET', path: `${path}/messages?${query}` })
    if (into === list) list.putOlder(data, page.hasMore ?? false)
  }

  function catchUp(): Promise<void> {
    catchingUp ??= fetchChanges().finally(() => {
      catchingUp = undefined
    })
    return catchingUp
  }

  async function fetchChanges(): Promise<void> {
    const into = list
    for (let hasMore = true; hasMore && version !== undefined && into === list; ) {
      const seenBefore = seenVersion
      const { data, page } = await api<(Message | DeletedMessage)[]>({
        method: 'GET',
        path: `${path}/changes?after=${version}&limit=${CHANGES_PAGE}`,
      })
      if (into !== list) return
      list.put(data)
      list.clear(page.clearedSeq ?? 0)
      version = Math.max(version ?? 0, page.nextAfter ?? 0)
      // Named by a frame while this page was read, which may not go so far.
      hasMore = page.hasMore || (seenVersion > seenBefore && seenVersion > version)
      options.onMessages(data.filter(message => !('deleted' in message)) as Message[])
      source.changed()
    }
  }

  /**
   * Asks for what frames named and nobody brought; again when that fails or a replica does not have it yet, for no later
   * frame may come to tell.
   */
  function heal(attempt = 1): void {
    const isBehind = () => version !== undefined && seenVersion > version
    const again = () => {
      healTimer = undefined
      if (isBehind()) heal(attempt + 1)
    }
    const healLater = (error?: ChatError) => {
      if (healTimer === undefined) healTimer = retryLater(attempt, again, error)
    }
    catchUp().then(
      () => isBehind() && healLater(),
      reason => {
        const error = toChatError(reason)
        if (error.retryable) healLater(error)
      },
    )
  }

  /** A frame named the `count` versions up to `upTo`. */
  function noteVersions(upTo: number, count: number): void {
    seenVersion = Math.max(seenVersion, upTo)
    if (version === undefined) return
    if (upTo - count <= version) version = Math.max(version, upTo)
    else heal()
  }

  function setTyping(isTyping: boolean): void {
    clearTimeout(typingTimer)
    typingTimer = isTyping ? setTimeout(() => setTyping(false), TYPING_SHOWN_MS) : undefined
    source.changed()
  }

  const store: FedConversationStore = {
    id,
    getSnapshot: source.getSnapshot,
    subscribe(listener) {
      store.load().catch(() => {})
      return source.subscribe(listener)
    },
    load: () => (version === undefined ? loader.run(loadNewest) : Promise.resolve()),
    loadOlder: () => loader.run(loadOlderPage),
    isLoaded: () => version !== undefined,
    isWatched: source.hasListeners,
    onMessage(message) {
      if (version !== undefined) list.put([message])
      noteVersions(message.version ?? 0, 1)
      if (message.senderId === options.findConversation()?.otherUser.id) setTyping(false)
      source.changed()
    },
    onStatus(change) {
      list.applyStatus(change)
      noteVersions(change.version, change.messageIds.length)
      source.changed()
    },
    onDeleted(deleted) {
      list.remove(deleted.id)
      noteVersions(deleted.version, 1)
      source.changed()
    },
    onTyping: setTyping,
    async onConversation(conversation) {
      list.clear(conversation.clearedSeq)
      source.changed()
      if (version === undefined || conversation.version <= version) return
      seenVersion = Math.max(seenVersion, conversation.version)
      if (conversation.version - version > MAX_VERSIONS_BEHIND) await store.reset()
      else await catchUp()
    },
    remove(messageId) {
      list.remove(messageId)
      source.changed()
    },
    clear(upToSeq) {
      list.clear(upToSeq)
      source.changed()
    },
    async reset() {
      list = createMessageList()
      version = undefined
      loader.forget()
      catchingUp = undefined
      if (source.hasListeners()) await store.load()
      else source.changed()
    },
    changed: source.changed,
  }
  return store
}
