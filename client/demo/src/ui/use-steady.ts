import { useEffect, useRef, useState } from 'react'

/** The value, but no more often than every `ms`: a burst is drawn in few steps, a single change at once. */
export function useSteady<Type>(value: Type, ms: number): Type {
  const [shown, setShown] = useState(value)
  const shownAt = useRef(0)
  useEffect(() => {
    const show = () => {
      shownAt.current = performance.now()
      setShown(value)
    }
    const waitMs = shownAt.current + ms - performance.now()
    if (waitMs <= 0) return show()
    const timer = setTimeout(show, waitMs)
    return () => clearTimeout(timer)
  }, [value, ms])
  return shown
}
