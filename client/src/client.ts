/**
 * Takes in: what the app wants done, and what the server sends.
 * Guarantees: what is shown equals what the server has, as soon as the state is `online`; what is sent arrives once, in
 *   order, or is shown as failed with the reason.
 * Gives out: stores to watch, events by name, and calls that reject with a ChatError.
 */
import type { FrameData, Message } from '../../shared/contract/wire.ts'
import { createApi } from './api.ts'
import type { ChatClient, ChatEvents } from './chat-client.ts'
import { ChatError, toChatError } from './chat-error.ts'
import { createConnection } from './connection.ts'
import { createConversationList } from './conversation-list.ts'
import { createConversationStore, type FedConversationStore } from './conversation-store.ts'
import { createEmitter } from './emitter.ts'
import { openConversation } from './open-conversation.ts'
import type { Frame, FrameType } from './open-socket.ts'
import { createOutbox } from './outbox.ts'
import { problemError } from './problem-error.ts'
import { readPages } from './read-pages.ts'
import { createReceipts } from './receipts.ts'
import { createMemoryStorage } from './storage.ts'
import { createTokens } from './tokens.ts'
import type { ChatClientOptions } from './types.ts'
import { createTyping } from './typing.ts'
import { updateSettings } from './update-settings.ts'
import { createUpload } from './upload.ts'
import { createUserId } from './user-id.ts'
import { createPatience } from './wait.ts'
import { watchPlatform } from './watch-platform.ts'

const MAX_SEEN = 2_000

export function createChatClient(options: ChatClientOptions): ChatClient {
  const fetchIt: typeof fetch = options.fetch ?? ((...call) => globalThis.fetch(...call))
  const events = createEmitter<ChatEvents>()
  const user = createUserId(options.userId)
  const tokens = createTokens(async request => {
    const token = await options.getToken(request)
    if (token) user.learn(token)
    return token
  })
  const patience = createPatience()
  const api = createApi(options.apiUrl, tokens, fetchIt, patience)
  const stores = new Map<string, FedConversationStore>()
  const list = createConversationList(
    api,
    userId => userId === user.current(),
    id => stores.get(id)?.changed(),
  )
  const receipts = createReceipts(api)
  const seen = new Set<string>()
  const outbox = createOutbox({
    api,
    storage: options.storage ?? createMemoryStorage(),
    userId: user.known,
    onChange(recipientId) {
      for (const store of stores.values())
        if (list.find(store.id)?.otherUser.id === recipientId) store.changed()
    },
    onStored: takeMessage,
    onFailed: message => events.emit('messageFailed', message),
    onError: error => events.emit('error', error),
  })
  const connection = createConnection({
    wsUrl: options.wsUrl,
    ...{ api, tokens, patience },
    WebSocket: options.WebSocket ?? globalThis.WebSocket,
    onFrame: takeFrame,
    catchUp,
  })
  const takers: { [Type in FrameType]?: (data: FrameData[Type]) => void } = {
    newMessage: takeMessage,
    messageStatus(change) {
      stores.get(change.conversationId)?.onStatus(change)
      list.onStatus(change)
      events.emit('messageStatus', change)
    },
    messageFailed: outbox.fail,
    messageDeleted(deleted) {
      const { id, conversationId } = deleted
      stores.get(conversationId)?.onDeleted(deleted)
      if (list.find(conversationId)?.lastMessage?.id === id) list.fetch(conversationId).catch(() => {})
      events.emit('messageDeleted', deleted)
    },
    conversationUpdated: takeConversation,
    typing(typing) {
      if (typing.userId !== user.current()) stores.get(typing.conversationId)?.onTyping(typing.isTyping)
      events.emit('typing', typing)
    },
    error: problem => events.emit('error', problemError(problem)),
  }
  const stopTelling = connection.subscribe(() => events.emit('connection', connection.getSnapshot()))
  const stopWatching = watchPlatform(connection.check)

  /** After it, everything that is shown equals what the server had when it began. */
  async function catchUp(): Promise<void> {
    const conversations = await list.refresh()
    outbox.wake()
    receipts.wake()
    for (const { id, lastMessage, lastSeq } of conversations) {
      if (lastMessage?.recipientId === user.current() && lastMessage?.status === 'sent')
        receipts.mark('delivered', id, lastSeq)
    }
    await Promise.all([...stores.values()].map(catchUpStore))
    // After the stores, for most of it has come with them.
    outbox.confirmAccepted()
  }

  async function catchUpStore(store: FedConversationStore): Promise<void> {
    // Loads anew when somebody looks at it again.
    if (!store.isWatched()) return store.reset()
    const upToSeq = newestSeqOf(store.id)
    try {
      if (!store.isLoaded()) return await store.load()
      await store.onConversation(list.find(store.id) ?? (await list.fetch(store.id)))
    } catch (error) {
      const reason = toChatError(error)
      if (reason.code !== 'rejected') throw reason
      forget(store.id, upToSeq)
    }
  }

  function newestSeqOf(conversationId: string): number {
    const shown = stores.get(conversationId)?.getSnapshot().messages ?? []
    return Math.max(list.find(conversationId)?.lastSeq ?? 0, ...shown.map(({ seq }) => seq ?? 0))
  }

  /** What was there when the server was asked. The store stays: who looks at it sees what has come since, and comes later. */
  function forget(conversationId: string, upToSeq: number): void {
    if ((list.find(conversationId)?.lastSeq ?? 0) <= upToSeq) list.remove(conversationId)
    stores.get(conversationId)?.clear(upToSeq)
  }

  function takeFrame({ type, data }: Frame): void {
    takers[type]?.(data as never)
  }

  function takeMessage(message: Message): void {
    stores.get(message.conversationId)?.onMessage(message)
    list.onMessage(message)
    outbox.confirm(message)
    if (message.recipientId === user.current() && message.status === 'sent' && message.seq !== null)
      receipts.mark('delivered', message.conversationId, message.seq)
    if (seen.has(message.id)) return
    seen.add(message.id)
    if (seen.size > MAX_SEEN) seen.delete(seen.values().next().value as string)
    events.emit('message', message)
  }

  function takeConversation({ deleted, ...conversation }: FrameData['conversationUpdated']): void {
    const store = stores.get(conversation.id)
    if (deleted) list.remove(conversation.id)
    else list.put(conversation)
    store?.onConversation(conversation).catch(() => {})
  }

  function storeOf(id: string): FedConversationStore {
    const known = stores.get(id)
    if (known) return known
    const store = createConversationStore({
      id,
      api,
      findConversation: () => list.find(id),
      loadConversation: () => list.fetch(id),
      outgoing: () => outbox.messagesTo(list.find(id)?.otherUser.id ?? 0),
      onMessages(messages) {
        for (const message of messages) outbox.confirm(message)
        const newest = messages.filter(
          ({ recipientId, status }) => recipientId === user.current() && status === 'sent',
        )
        if (newest.length > 0) receipts.mark('delivered', id, Math.max(...newest.map(({ seq }) => seq ?? 0)))
      },
    })
    stores.set(id, store)
    return store
  }

  if (options.autoConnect !== false) connection.connect()
  return {
    get userId() {
      return user.current()
    },
    connection,
    conversations: {
      list,
      all: ({ archived = false } = {}) =>
        readPages(api, `/conversations${archived ? '?archived=true' : ''}`, ({ nextCursor }) =>
          nextCursor ? `&cursor=${encodeURIComponent(nextCursor)}` : undefined,
        ),
      get: id => list.fetch(id),
      async open(recipientId) {
        const conversation = await openConversation(api, recipientId)
        list.put(conversation)
        return conversation
      },
      update: (id, settings) => updateSettings(api, list, id, settings),
      async delete(id) {
        const upToSeq = newestSeqOf(id)
        await api({ method: 'DELETE', path: `/conversations/${id}` })
        forget(id, upToSeq)
      },
    },
    conversation: storeOf,
    messages: id =>
      readPages(api, `/conversations/${id}/messages`, ({ hasMore, nextBefore }) =>
        hasMore && nextBefore ? `&before=${nextBefore}` : undefined,
      ),
    send(target, content) {
      if ('recipientId' in target)
        return outbox.send(target.recipientId, list.findByUser(target.recipientId)?.id ?? null, content)
      const conversation = list.find(target.conversationId)
      if (!conversation)
        throw new ChatError('rejected', `conversation ${target.conversationId} is not loaded: get it first`)
      return outbox.send(conversation.otherUser.id, conversation.id, content)
    },
    retry: outbox.retry,
    discard: outbox.discard,
    async deleteMessage({ id, conversationId }) {
      await api({ method: 'DELETE', path: `/messages/${id}` })
      stores.get(conversationId)?.remove(id)
    },
    markRead(conversationId, upToSeq) {
      const conversation = list.find(conversationId)
      const upTo = upToSeq ?? conversation?.lastSeq ?? 0
      // What the caller names is told whatever the list counts, for the list may be behind.
      if (upTo < 1 || (upToSeq === undefined && conversation?.unreadCount === 0)) return
      list.markRead(conversationId, upTo)
      receipts.mark('read', conversationId, upTo)
    },
    setTyping: createTyping(connection.send),
    async refreshMedia({ id, conversationId }) {
      const { data } = await api<Message>({ method: 'GET', path: `/messages/${id}` })
      stores.get(conversationId)?.onMessage(data)
      return data
    },
    upload: createUpload(options.apiUrl, tokens, fetchIt),
    unreadCount: async () =>
      (await api<{ total: number; conversations: number }>({ method: 'GET', path: '/unread-count' })).data,
    on: events.on,
    close() {
      stopTelling()
      stopWatching()
      connection.disconnect()
      outbox.close()
      receipts.close()
    },
  }
}
