import { tellAll } from './tell-all.ts'
import type { Readable } from './types.ts'

/** At most one notice per frame of a 60 Hz display, however many messages come in. */
const NOTICE_INTERVAL_MS = 16

export interface Source<Value> extends Readable<Value> {
  /** The value is out of date. Listeners hear of the first change at once, of those that follow together. */
  changed(): void
  hasListeners(): boolean
}

/** A value that is built when it is asked for, and again when it has changed. */
export function createSource<Value>(build: () => Value): Source<Value> {
  const listeners = new Set<() => void>()
  let value: Value | undefined
  let isCurrent = false
  let isResting = false
  let isNoticeDue = false

  function notify(): void {
    isNoticeDue = false
    isResting = true
    setTimeout(() => {
      isResting = false
      if (isNoticeDue) notify()
    }, NOTICE_INTERVAL_MS)
    tellAll(listeners, undefined)
  }

  return {
    getSnapshot() {
      if (!isCurrent) {
        value = build()
        isCurrent = true
      }
      return value as Value
    },
    subscribe(listener) {
      const own = () => listener()
      listeners.add(own)
      return () => void listeners.delete(own)
    },
    changed() {
      isCurrent = false
      if (listeners.size === 0) return
      if (isResting) isNoticeDue = true
      else notify()
    },
    hasListeners: () => listeners.size > 0,
  }
}
