/** The user's conversations as far as they are loaded: the newest pages, and whatever is written in. */
import type { Conversation, FrameData, Message } from '../../shared/contract/wire.ts'
import type { Api } from './api.ts'
import { toChatError } from './chat-error.ts'
import { createLoader } from './loader.ts'
import { withStatus } from './message-list.ts'
import { createSource } from './readable.ts'
import type { ConversationListSnapshot, Readable } from './types.ts'
import { retryLater } from './wait.ts'

const PAGE = 50

export interface ConversationList extends Readable<ConversationListSnapshot> {
  /** Loads the newest page unless it is there. Subscribing does it too. */
  load(): Promise<void>
  loadMore(): Promise<void>
  /** The archived ones, all of them. */
  loadArchived(): Promise<void>
}

export interface FedConversationList extends ConversationList {
  find(id: string): Conversation | undefined
  findByUser(userId: number): Conversation | undefined
  /** Asks the server for one and takes it in. */
  fetch(id: string): Promise<Conversation>
  put(conversation: Conversation): void
  remove(id: string): void
  /** Shows as read, before the server says so, if nothing newer than this seq is there. */
  markRead(id: string, upToSeq: number): void
  onMessage(message: Message): void
  onStatus(change: FrameData['messageStatus']): void
  /** Everything that is loaded, anew from the server. Gives what it has now. */
  refresh(): Promise<Conversation[]>
}

export function createConversationList(
  api: Api,
  isMine: (userId: number) => boolean,
  onChange: (conversationId: string) => void,
): FedConversationList {
  const byId = new Map<string, Conversation>()
  const fetching = new Map<string, Promise<Conversation>>()
  const healTimers = new Map<string, ReturnType<typeof setTimeout>>()
  const fetchingNext = new Map<string, Promise<Conversation>>()
  /** Up to which seq what is read is no longer in the count shown, though the server may still tell of it. */
  const countedTo = new Map<string, number>()
  let loadedPages = 0
  let isArchiveLoaded = false
  let cursor: string | null = null
  const source = createSource(build)
  const loader = createLoader(source.changed)

  function build(): ConversationListSnapshot {
    const all = [...byId.values()].sort(byPinAndActivity)
    const conversations = all.filter(({ archived }) => !archived)
    return {
      conversations,
      archived: all.filter(({ archived }) => archived),
      unreadCount: conversations.reduce((sum, { unreadCount }) => sum + unreadCount, 0),
      hasMore: cursor !== null,
      ...loader.state(),
    }
  }

  async function readPage(after: string | null, archived: boolean) {
    const query = `limit=${PAGE}${after ? `&cursor=${encodeURIComponent(after)}` : ''}${archived ? '&archived=true' : ''}`
    const { data, page } = await api<Conversation[]>({ method: 'GET', path: `/conversations?${query}` })
    return { data, next: page.nextCursor ?? null }
  }

  async function readArchive(): Promise<Conversation[]> {
    const all: Conversation[] = []
    let next: string | null = null
    do {
      const page = await readPage(next, true)
      all.push(...page.data)
      next = page.next
    } while (next !== null)
    return all
  }

  function put(conversation: Conversation): void {
    const known = byId.get(conversation.id)
    // Settings raise no version, so an equal one may be newer.
    if (known && known.version > conversation.version) return
    if (known?.unreadCount !== conversation.unreadCount) countedTo.delete(conversation.id)
    show(conversation)
  }

  function show(conversation: Conversation): void {
    byId.set(conversation.id, conversation)
    source.changed()
    onChange(conversation.id)
  }

  async function refresh(): Promise<Conversation[]> {
    const pages = Math.max(1, loadedPages)
    const before = new Map(byId)
    const fresh: Conversation[] = []
    let next: string | null = null
    let read = 0
    do {
      const page = await readPage(next, false)
      fresh.push(...page.data)
      next = page.next
      read++
    } while (next !== null && read < pages)
    if (isArchiveLoaded) fresh.push(...(await readArchive()))
    const live = new Map(byId)
    byId.clear()
    for (const conversation of fresh) {
      const { id } = conversation
      // Deleted while the pages were read.
      if (before.has(id) && !live.has(id)) continue
      if (live.get(id)?.unreadCount !== conversation.unreadCount) countedTo.delete(id)
      byId.set(id, conversation)
    }
    // What came by frames and calls is not in the pages, or newer than they are.
    for (const known of live.values()) {
      const isNewer = known.version > (byId.get(known.id)?.version ?? known.version)
      if (isNewer || before.get(known.id) !== known) put(known)
    }
    cursor = next
    loadedPages = read
    source.changed()
    return fresh
  }

  function ask(id: string): Promise<Conversation> {
    const asked = api<Conversation>({ method: 'GET', path: `/conversations/${id}` })
      .then(({ data }) => {
        put(data)
        return data
      })
      .finally(() => fetching.delete(id))
    fetching.set(id, asked)
    return asked
  }

  /** Asks for what frames did not bring; again when that fails or a replica does not have it yet. */
  function heal(id: string, attempt = 1): void {
    list.fetch(id).catch(reason => {
      if (healTimers.has(id)) return
      const again = () => {
        healTimers.delete(id)
        heal(id, attempt + 1)
      }
      const timer = retryLater(attempt, again, toChatError(reason))
      if (timer !== undefined) healTimers.set(id, timer)
    })
  }

  async function askAfter(running: Promise<unknown>, id: string): Promise<Conversation> {
    await running.catch(() => {})
    fetchingNext.delete(id)
    return ask(id)
  }

  const list: FedConversationList = {
    getSnapshot: source.getSnapshot,
    subscribe(listener) {
      list.load().catch(() => {})
      return source.subscribe(listener)
    },
    load: () => (loadedPages > 0 ? Promise.resolve() : loader.run(async () => void (await refresh()))),
    loadMore: () =>
      loader.run(async () => {
        if (cursor === null) return
        const { data, next } = await readPage(cursor, false)
        for (const conversation of data) put(conversation)
        cursor = next
        loadedPages++
      }),
    loadArchived: () =>
      loader.run(async () => {
        for (const conversation of await readArchive()) put(conversation)
        isArchiveLoaded = true
      }),
    find: id => byId.get(id),
    findByUser: userId => [...byId.values()].find(({ otherUser }) => otherUser.id === userId),
    fetch(id) {
      const running = fetching.get(id)
      if (!running) return ask(id)
      // The answer under way may be older than what the caller knows of; all who ask meanwhile share the next.
      const next = fetchingNext.get(id) ?? askAfter(running, id)
      fetchingNext.set(id, next)
      return next
    },
    put,
    remove(id) {
      countedTo.delete(id)
      if (byId.delete(id)) source.changed()
    },
    markRead(id, upToSeq) {
      const known = byId.get(id)
      if (!known || upToSeq < known.lastSeq) return
      countedTo.set(id, upToSeq)
      show({ ...known, unreadCount: 0 })
    },
    onMessage(message) {
      const known = byId.get(message.conversationId)
      const { seq, version } = message
      if (seq === null || version === null) return
      if (!known) return heal(message.conversationId)
      if (seq <= known.lastSeq) return
      const isUnread = !isMine(message.senderId) && message.status !== 'read'
      show({
        ...known,
        ...{ lastMessage: message, lastMessageAt: message.createdAt, lastSeq: seq },
        version: Math.max(known.version, version),
        unreadCount: known.unreadCount + (isUnread ? 1 : 0),
      })
      // Frames were missed: how many of them were unread, only the server knows.
      if (version > known.version + 1) heal(known.id)
    },
    onStatus(change) {
      const { conversationId, seqs, status, by, version, messageIds } = change
      const known = byId.get(conversationId)
      if (!known || known.version >= version) return
      const { lastMessage, unreadCount } = known
      const isOfLast = lastMessage !== null && messageIds.includes(lastMessage.id)
      const isMyReading = status === 'read' && isMine(by)
      const newlyRead = isMyReading
        ? seqs.filter(seq => seq > (countedTo.get(conversationId) ?? 0)).length
        : 0
      show({
        ...known,
        version,
        ...(isOfLast && { lastMessage: withStatus(lastMessage, change) }),
        unreadCount: Math.max(0, unreadCount - newlyRead),
      })
      if (version > known.version + messageIds.length) heal(conversationId)
    },
    refresh,
  }
  return list
}

function byPinAndActivity(a: Conversation, b: Conversation): number {
  const activity = (conversation: Conversation) => conversation.lastMessageAt ?? conversation.createdAt
  return Number(b.pinned) - Number(a.pinned) || (activity(a) < activity(b) ? 1 : -1)
}
