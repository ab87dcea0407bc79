/**
 * The messages of one conversation as far as they are loaded: from `oldestSeq` to the newest, without holes. Each message
 * is kept in its newest version, whichever way and however often it comes.
 */
import type { DeletedMessage, Message, MessageStatusChange } from '../../shared/contract/wire.ts'

const RANK = { pending: 0, sent: 1, delivered: 2, read: 3 }

export interface MessageList {
  /** By seq. */
  all(): Message[]
  /** Takes what belongs into the loaded part; true when that changed anything. */
  put(messages: readonly (Message | DeletedMessage)[]): boolean
  /** A page that ends right below what is loaded, or starts the list. */
  putOlder(messages: readonly Message[], hasOlder: boolean): void
  applyStatus(change: MessageStatusChange): boolean
  remove(id: string): boolean
  /** Messages up to this seq are deleted for the user. */
  clear(upToSeq: number): boolean
  oldestSeq(): number | undefined
  hasOlder(): boolean
}

export function createMessageList(): MessageList {
  const byId = new Map<string, Message>()
  const removed = new Set<string>()
  let sorted: Message[] | undefined
  let cleared = 0
  let oldest: number | undefined
  let older = true

  function set(message: Message): boolean {
    const { id, seq } = message
    if (seq === null || seq <= cleared || removed.has(id)) return false
    const known = byId.get(id)
    if (known && !isNewer(message, known)) return false
    byId.set(id, message)
    if (known) sorted = sorted?.map(one => (one.id === id ? message : one))
    else if (sorted && seq > (sorted.at(-1)?.seq ?? 0)) sorted = [...sorted, message]
    else sorted = undefined
    return true
  }

  function remove(id: string): boolean {
    removed.add(id)
    if (!byId.delete(id)) return false
    sorted = sorted?.filter(message => message.id !== id)
    return true
  }

  return {
    all() {
      sorted ??= [...byId.values()].sort((a, b) => (a.seq as number) - (b.seq as number))
      return sorted
    },
    put(messages) {
      let changed = false
      for (const message of messages) {
        if ('deleted' in message) changed = remove(message.id) || changed
        // What lies below the loaded part comes with its page.
        else if (!older || oldest === undefined || (message.seq ?? 0) >= oldest)
          changed = set(message) || changed
      }
      return changed
    },
    putOlder(messages, hasOlder) {
      for (const message of messages) {
        set(message)
        if (message.seq !== null) oldest = Math.min(oldest ?? message.seq, message.seq)
      }
      older = hasOlder
    },
    applyStatus(change) {
      let changed = false
      for (const id of change.messageIds) {
        const known = byId.get(id)
        if (known) changed = set(withStatus(known, change)) || changed
      }
      return changed
    },
    remove,
    clear(upToSeq) {
      if (upToSeq <= cleared) return false
      cleared = upToSeq
      let changed = false
      for (const message of [...byId.values()])
        if ((message.seq ?? 0) <= cleared) changed = byId.delete(message.id) || changed
      if ((oldest ?? Infinity) <= cleared) older = false
      sorted = undefined
      return changed
    },
    oldestSeq: () => oldest,
    hasOlder: () => older,
  }
}

/** Addresses of media change from day to day; with them the same version is given again. */
function isNewer(message: Message, known: Message): boolean {
  const rise = (message.version ?? 0) - (known.version ?? 0)
  return rise > 0 || (rise === 0 && message.mediaUrl !== known.mediaUrl)
}

/** After a receipt. Each of the messages that it names has a version of its own. */
export function withStatus(message: Message, change: MessageStatusChange): Message {
  const { messageIds, status, at } = change
  const version = change.version - (messageIds.length - 1 - messageIds.indexOf(message.id))
  if (version <= (message.version ?? 0) || RANK[status] <= RANK[message.status]) return message
  const deliveredAt = message.deliveredAt ?? at
  return { ...message, status, version, deliveredAt, ...(status === 'read' && { readAt: at }) }
}
