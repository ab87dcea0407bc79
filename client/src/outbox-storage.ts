import { type ChatError, causedBy } from './chat-error.ts'
import { readJson } from './read-json.ts'
import type { ChatStorage, MessageContent, MessageFailure } from './types.ts'

/** A message that waits, as it lies in the storage. */
export interface Entry {
  id: string
  /** Rises with every message that is sent, whatever the clock says. */
  order: number
  recipientId: number
  content: MessageContent
  createdAt: string
  conversationId: string | null
  failure?: MessageFailure
}

export interface OutboxStorage {
  /** What is readable. The rest is told; what is damaged is removed, what could not be read stays for the next start. */
  load(): Promise<Entry[]>
  save(entry: Entry): void
  remove(id: string): void
}

/** Each message under its own key, with the user in it. A storage that fails is told, and nothing waits for it. */
export function createOutboxStorage(options: {
  storage: ChatStorage
  userId: Promise<number>
  onError(error: ChatError): void
}): OutboxStorage {
  const { storage } = options
  const prefix = options.userId.then(userId => `growzone-chat:${userId}:outbox:`)
  let writes: Promise<void> = Promise.resolve()

  async function load(): Promise<Entry[]> {
    try {
      const start = await prefix
      const keys = (await storage.getAllKeys()).filter(key => key.startsWith(start))
      const entries = await Promise.all(keys.map(read))
      return entries.filter(entry => entry !== undefined)
    } catch (error) {
      failed('read', error)
      return []
    }
  }

  async function read(key: string): Promise<Entry | undefined> {
    try {
      const text = await storage.getItem(key)
      // Another tab has sent it meanwhile.
      if (text === null) return undefined
      const entry = readJson(text)
      if (isEntry(entry)) return entry
      await storage.removeItem(key).catch(() => {})
      throw new Error('it is damaged')
    } catch (error) {
      failed('read', error)
      return undefined
    }
  }

  /** One after the other, so that a message is not kept after it was removed. */
  function write(verb: string, task: (start: string) => Promise<void>): void {
    writes = writes.then(() => prefix.then(task)).catch(error => failed(verb, error))
  }

  function failed(verb: string, error: unknown): void {
    const what = `the storage could not ${verb} a message that waits to be sent`
    options.onError(causedBy(error, 'storage', what))
  }

  return {
    load,
    save({ ...entry }) {
      write('keep', start => storage.setItem(start + entry.id, JSON.stringify(entry)))
    },
    remove(id) {
      write('remove', start => storage.removeItem(start + id))
    },
  }
}

function isEntry(value: object | undefined): value is Entry {
  const entry = value as Partial<Entry> | undefined
  return (
    typeof entry?.id === 'string' &&
    typeof entry.order === 'number' &&
    typeof entry.recipientId === 'number' &&
    typeof entry.createdAt === 'string' &&
    typeof entry.content === 'object'
  )
}
