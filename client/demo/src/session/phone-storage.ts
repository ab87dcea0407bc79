import { createWebStorage } from '../../../src/storage.ts'
import type { ChatStorage, Readable } from '../../../src/types.ts'
import { createValue } from '../ui/value.ts'

export interface PhoneStorage extends ChatStorage {
  /** How many messages of this user wait in it to be sent. */
  waiting: Readable<number>
}

/** `localStorage`, kept apart for each phone as two devices would have it. */
export function createPhoneStorage(phone: string, userId: number): PhoneStorage {
  const storage = createWebStorage()
  const prefix = `${phone}/`
  const outbox = `growzone-chat:${userId}:outbox:`
  const waitingKeys = new Set<string>()
  const waiting = createValue(0)

  function note(key: string, value: string | null): void {
    if (!key.startsWith(outbox)) return
    if (value === null || isFailed(value)) waitingKeys.delete(key)
    else waitingKeys.add(key)
    waiting.set(waitingKeys.size)
  }

  return {
    waiting,
    async getItem(key) {
      const value = await storage.getItem(prefix + key)
      note(key, value)
      return value
    },
    async setItem(key, value) {
      await storage.setItem(prefix + key, value)
      note(key, value)
    },
    async removeItem(key) {
      await storage.removeItem(prefix + key)
      note(key, null)
    },
    async getAllKeys() {
      const keys = await storage.getAllKeys()
      return keys.filter(key => key.startsWith(prefix)).map(key => key.slice(prefix.length))
    },
  }
}

/** A refused message stays in the outbox until the user decides; it does not wait for the network. */
function isFailed(value: string): boolean {
  try {
    return Boolean(JSON.parse(value)?.failure)
  } catch {
    return false
  }
}
