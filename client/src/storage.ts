import type { ChatStorage } from './types.ts'

/** Forgets everything with the app. */
export function createMemoryStorage(): ChatStorage {
  const items = new Map<string, string>()
  return {
    getItem: async key => items.get(key) ?? null,
    setItem: async (key, value) => void items.set(key, value),
    removeItem: async key => void items.delete(key),
    getAllKeys: async () => [...items.keys()],
  }
}

/** `localStorage` in the shape of AsyncStorage. */
export function createWebStorage(storage: Storage = localStorage): ChatStorage {
  return {
    getItem: async key => storage.getItem(key),
    setItem: async (key, value) => storage.setItem(key, value),
    removeItem: async key => storage.removeItem(key),
    getAllKeys: async () => Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? ''),
  }
}
