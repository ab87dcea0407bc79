import { connect, createServer, type Socket } from 'node:net'
import { sleep } from '../../../shared/lifecycle.ts'
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

interface Link {
  client: Socket
  server: Socket
}

export async function startDatabaseProxy(upstreamPort: number): Promise<DatabaseProxy> {
  const links = new Set<Link>()
  let isAway = false
  let isPaused = false
  let commitsToBreak = 0

  const listener = createServer({ noDelay: true }, client => {
    client.on('error', () => {})
    if (isAway) return client.destroy()
    const server = connect({ port: upstreamPort, host: '127.0.0.1', noDelay: true })
    const link = { client, server }
    links.add(link)
    if (isPaused) hold(link)
    server.on('error', () => {})
    client.on('data', (chunk: Buffer) => {
      server.write(chunk)
      if (commitsToBreak === 0 || !chunk.includes('commit')) return
      commitsToBreak--
      client.destroy()
    })
    server.on('data', chunk => client.write(chunk))
    client.once('close', () => {
      links.delete(link)
      server.end()
    })
    server.once('close', () => client.destroy())
    return undefined
  })

  function hold({ client, server }: Link): void {
    client.pause()
    server.pause()
  }

  function breakLink({ client, server }: Link): void {
    client.resetAndDestroy()
    server.destroy()
  }

  const port = await new Promise<number>(resolve =>
    listener.listen(0, '127.0.0.1', () => resolve((listener.address() as { port: number }).port)),
  )
  return {
    port,
    drop(probability, random) {
      const chosen = [...links].filter(() => random.chance(probability))
      for (const link of chosen) breakLink(link)
      return chosen.length
    },
    dropAtCommit(count) {
      commitsToBreak = count
    },
    async pause(milliseconds) {
      isPaused = true
      for (const link of links) hold(link)
      await sleep(milliseconds)
      isPaused = false
      for (const { client, server } of links) {
        client.resume()
        server.resume()
      }
    },
    async leave(milliseconds) {
      isAway = true
      for (const link of links) breakLink(link)
      await sleep(milliseconds)
      isAway = false
    },
    async [Symbol.asyncDispose]() {
      for (const link of links) breakLink(link)
      await new Promise(resolve => listener.close(resolve))
    },
  }
}
