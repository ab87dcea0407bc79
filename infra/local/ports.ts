import { createServer } from 'node:http'
import { ConfigError } from '../../shared/config.ts'
import { listen } from '../../shared/listen.ts'

/** A port of the loopback address that nobody uses at the moment. */
export function findFreePort(host = '127.0.0.1'): Promise<number> {
  return tryPort(host, 0)
}

/** Refuses a port that is taken, naming what it is for and the variable that changes it. */
export async function checkPort(host: string, port: number, part: string, variable: string): Promise<void> {
  try {
    await tryPort(host, port)
  } catch (error) {
    throw new ConfigError(`${(error as Error).message} (${part}; ${variable} sets it)`, { cause: error })
  }
}

async function tryPort(host: string, port: number): Promise<number> {
  const server = createServer()
  const free = await listen(server, { host, port })
  await new Promise(resolve => server.close(resolve))
  return free
}
