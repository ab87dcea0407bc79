import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ConfigError } from './config.ts'

export interface ListenOptions {
  host: string
  port: number
  /** Connections that may wait to be accepted; the system bounds it too. */
  backlog?: number
}

/** Starts listening and gives the port; a port that is taken is told in one line. */
export function listen(server: Server, { host, port, backlog }: ListenOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, host, port)))
    server.listen(port, host, backlog, () => resolve((server.address() as AddressInfo).port))
  })
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const where = `port ${port} on ${host}`
  switch (error.code) {
    case 'EADDRINUSE':
      return new ConfigError(`${where} is in use; stop what uses it or choose another port`)
    case 'EACCES':
      return new ConfigError(`${where} may not be used by this account; choose a port above 1023`)
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new ConfigError(`${host} is not an address of this machine`)
    default:
      return error
  }
}
