import { sleep } from '../../../shared/lifecycle.ts'
import { breakLink, startTcpRelay } from '../../support/tcp-relay.ts'
import type { Random } from '../random.ts'

/** Before PostgreSQL: knows nothing of its protocol but the word COMMIT. */
export interface DatabaseProxy extends AsyncDisposable {
  port: number
  /** Breaks connections, each with this probability, whatever they are in the middle of. */
  drop(probability: number, random: Random): number
  /** Breaks connections as their next COMMIT has been passed on: the client never learns whether it took place. */
  dropAtCommit(count: number): void
  /** Nothing passes in either direction. */
  pause(milliseconds: number): Promise<void>
  /** No connection stands, and none is taken. */
  leave(milliseconds: number): Promise<void>
}

export async function startDatabaseProxy(upstreamPort: number): Promise<DatabaseProxy> {
  let commitsToBreak = 0
  const relay = await startTcpRelay({ host: '127.0.0.1', port: upstreamPort }, ({ client }, chunk) => {
    if (commitsToBreak === 0 || !chunk.includes('commit')) return
    commitsToBreak--
    client.destroy()
  })
  return {
    port: relay.port,
    drop(probability, random) {
      const chosen = [...relay.links].filter(() => random.chance(probability))
      for (const link of chosen) breakLink(link)
      return chosen.length
    },
    dropAtCommit(count) {
      commitsToBreak = count
    },
    async pause(milliseconds) {
      relay.hold()
      await sleep(milliseconds)
      relay.resume()
    },
    async leave(milliseconds) {
      relay.setAway(true)
      for (const link of relay.links) breakLink(link)
      await sleep(milliseconds)
      relay.setAway(false)
    },
    [Symbol.asyncDispose]: () => relay[Symbol.asyncDispose](),
  }
}
