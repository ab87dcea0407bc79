import { afterEach, beforeEach, vi } from 'vitest'

/** Each test of the file has timers of its own, and jitter that is always half of its limit. */
export function takeFakeTime(now?: number): void {
  beforeEach(() => {
    vi.useFakeTimers(now === undefined ? {} : { now })
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })
}

export const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
