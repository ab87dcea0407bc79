/** Runs the tasks of each key one after the other, those of different keys side by side. */
export function inTurns(): <T>(key: string, task: () => Promise<T>) => Promise<T> {
  const latest = new Map<string, Promise<unknown>>()
  return async (key, task) => {
    const before = latest.get(key)
    const run = before === undefined ? task() : before.then(task, task)
    latest.set(key, run)
    try {
      return await run
    } finally {
      if (latest.get(key) === run) latest.delete(key)
    }
  }
}
