import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface Link {
  client: Socket
  server: Socket
}

/** Passes bytes on between its clients and one address, of whatever protocol. */
export interface TcpRelay extends AsyncDisposable {
  port: number
  readonly links: ReadonlySet<Link>
  /** From now on nothing passes in either direction; connections are taken, and wait. */
  hold(): void
  resume(): void
  /** From now on no connection is taken, or again. */
  setAway(isAway: boolean): void
}

export async function startTcpRelay(
  upstream: { host: string; port: number },
  onPassed: (link: Link, chunk: Buffer) => void = () => {},
): Promise<TcpRelay> {
  const links = new Set<Link>()
  let isAway = false
  let isHeld = false

  const listener = createServer({ noDelay: true }, client => {
    client.on('error', () => {})
    if (isAway) return void client.destroy()
    const server = connect({ ...upstream, noDelay: true })
    const link = { client, server }
    links.add(link)
    if (isHeld) hold(link)
    server.on('error', () => {})
    client.on('data', (chunk: Buffer) => {
      server.write(chunk)
      onPassed(link, chunk)
    })
    server.on('data', chunk => client.write(chunk))
    client.once('close', () => {
      links.delete(link)
      server.end()
    })
    server.once('close', () => client.destroy())
  })
  const port = await new Promise<number>(resolve =>
    listener.listen(0, '127.0.0.1', () => resolve((listener.address() as AddressInfo).port)),
  )

  return {
    port,
    links,
    hold() {
      isHeld = true
      for (const link of links) hold(link)
    },
    resume() {
      isHeld = false
      for (const { client, server } of links) {
        client.resume()
        server.resume()
      }
    },
    setAway(away) {
      isAway = away
    },
    async [Symbol.asyncDispose]() {
      for (const link of links) breakLink(link)
      await new Promise(resolve => listener.close(resolve))
    },
  }
}

function hold({ client, server }: Link): void {
  client.pause()
  server.pause()
}

export function breakLink({ client, server }: Link): void {
  client.resetAndDestroy()
  server.destroy()
}
