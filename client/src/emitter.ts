import { tellAll } from './tell-all.ts'

/** Events by name. */
export function createEmitter<Events extends object>() {
  const listeners = new Map<keyof Events, Set<(data: never) => void>>()
  return {
    /** Returns how to unsubscribe. */
    on<Name extends keyof Events>(name: Name, listener: (data: Events[Name]) => void): () => void {
      const own = (data: Events[Name]) => listener(data)
      const set = listeners.get(name) ?? new Set()
      listeners.set(name, set.add(own))
      return () => void set.delete(own)
    },
    emit<Name extends keyof Events>(name: Name, data: Events[Name]): void {
      tellAll(listeners.get(name) ?? [], data as never)
    },
  }
}
