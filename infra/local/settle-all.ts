/** Waits for every task, also when one fails: what the others started is then known, and can be stopped. */
export async function settleAll<T>(tasks: Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(tasks)
  return Promise.all(tasks)
}
