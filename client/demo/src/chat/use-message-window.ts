import { useCallback, useEffect, useState } from 'react'
import type { ChatMessage } from '../../../src/types.ts'

const PAGE = 60

export interface MessageWindow {
  /** Index of the first message that is drawn. */
  start: number
  /** Draws from this message on, whatever comes; with undefined only the newest. */
  startAt(id: string | undefined): void
  /** Draws some that are older. */
  grow(): void
}

/** However long a conversation is, only its end is drawn, and more of it the further one scrolls up. */
export function useMessageWindow(messages: readonly ChatMessage[]): MessageWindow {
  const [startId, setStartId] = useState<string>()
  const found = startId === undefined ? -1 : messages.findIndex(({ id }) => id === startId)
  const start = found >= 0 ? found : Math.max(0, messages.length - PAGE)
  const grow = useCallback(() => setStartId(messages[Math.max(0, start - PAGE)]?.id), [messages, start])
  return { start, startAt: setStartId, grow }
}

/** Calls `onVisible` when the element comes into view, and again while it stays there and `key` changes. */
export function useWhenVisible(element: HTMLElement | null, key: unknown, onVisible: () => void): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new observer tells anew what is in view
  useEffect(() => {
    if (!element) return
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) onVisible()
      },
      { root: element.closest('.log'), rootMargin: '600px 0px 0px' },
    )
    observer.observe(element)
    return () => observer.disconnect()
  }, [element, key])
}
