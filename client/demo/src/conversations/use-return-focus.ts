import { type RefObject, useEffect, useRef } from 'react'

/** Focuses what has this `data-focus` when the screen opens, else its first button; nothing for an empty name. */
export function useReturnFocus<Type extends HTMLElement>(focusOn: string): RefObject<Type | null> {
  const screen = useRef<Type>(null)
  useEffect(() => {
    if (!focusOn) return
    const target = screen.current?.querySelector<HTMLElement>(`[data-focus="${CSS.escape(focusOn)}"]`)
    ;(target ?? screen.current?.querySelector('button'))?.focus()
  }, [focusOn])
  return screen
}
