import { join } from 'node:path'
import { type Postgres, startPostgres } from '../../../infra/local/postgres.ts'
import { sleep } from '../../../shared/lifecycle.ts'
import type { History } from '../history.ts'

/** A durable PostgreSQL that can be ended in both ways and started again on the same port. */
export interface KeptPostgres extends AsyncDisposable {
  readonly url: string
  end(signal: 'SIGINT' | 'SIGKILL'): Promise<void>
  start(): Promise<void>
}

/** What is left of a killed server holds its shared memory for a moment. */
const START_ATTEMPTS = 40
const PAUSE_MS = 150

export async function keepPostgres(options: {
  folder: string
  port: number
  history: History
}): Promise<KeptPostgres> {
  const { history, port } = options
  let server: Postgres | undefined
  const begin = () =>
    startPostgres({
      dataDir: join(options.folder, 'postgres'),
      logFile: join(options.folder, 'logs', 'postgres.log'),
      port,
    })
  const first = await begin()
  server = first

  async function start(): Promise<void> {
    for (let attempt = 1; server === undefined; attempt++) {
      try {
        server = await begin()
        history.note({ where: 'postgres', what: `started (process ${server.pid})` })
      } catch (error) {
        if (attempt === START_ATTEMPTS) throw error
        await sleep(PAUSE_MS)
      }
    }
  }

  return {
    url: first.url,
    start,
    async end(signal) {
      const ending = server
      if (ending === undefined) return
      process.kill(ending.pid, signal)
      history.note({ where: 'postgres', what: `ended (${signal})` })
      await ending.exited
      server = undefined
    },
    async [Symbol.asyncDispose]() {
      await server?.stop()
    },
  }
}
