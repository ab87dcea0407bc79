/** Runs tasks side by side, at most `max` at once, in the order they were given. */
export function limitParallel(max: number): <Result>(task: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = []
  let running = 0
  return async task => {
    if (running >= max) await new Promise<void>(resolve => waiting.push(resolve))
    else running++
    try {
      return await task()
    } finally {
      // The place is handed on, so nobody slips in between.
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}
