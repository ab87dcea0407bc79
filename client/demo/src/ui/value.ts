import { useSyncExternalStore } from 'react'
import type { Readable } from '../../../src/types.ts'

export interface Value<Type> extends Readable<Type> {
  set(next: Type): void
}

/** The shape of the SDK's stores, for what the demo itself keeps. */
export function createValue<Type>(initial: Type): Value<Type> {
  const listeners = new Set<() => void>()
  let current = initial
  return {
    getSnapshot: () => current,
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    set(next) {
      if (Object.is(next, current)) return
      current = next
      for (const listener of [...listeners]) listener()
    },
  }
}

export function useValue<Type>({ subscribe, getSnapshot }: Readable<Type>): Type {
  return useSyncExternalStore(subscribe, getSnapshot)
}
