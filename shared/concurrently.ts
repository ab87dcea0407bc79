/** Runs `run` for every item, started in their order, at most `limit` at once. `run` deals with its own failures. */
export async function forEachConcurrently<T>(
  items: T[],
  limit: number,
  run: (item: T) => Promise<void>,
): Promise<void> {
  const left = items.values()
  await Promise.all(
    Array.from({ length: limit }, async () => {
      for (const item of left) await run(item)
    }),
  )
}
