import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type SpawnedPart, spawnPart } from '../../../infra/local/spawn-part.ts'
import type { History } from '../history.ts'
import { openLog } from './keep-process.ts'

/** The embedded AWS, in a process that can be killed and started again on the same ports and data. */
export interface KeptAws extends AsyncDisposable {
  /** kill -9 */
  end(): Promise<void>
  start(): Promise<void>
}

const AWS_MAIN = fileURLToPath(new URL('../../../infra/local/aws-main.ts', import.meta.url))

export async function keepAws(options: {
  folder: string
  ports: { aws: number; dynamoDb: number }
  history: History
}): Promise<KeptAws> {
  const { history, ports } = options
  const log = openLog(join(options.folder, 'logs'), 'aws')
  const args = [
    ...[AWS_MAIN, '--data-dir', join(options.folder, 'aws')],
    ...['--sqs-port', String(ports.aws), '--dynamodb-port', String(ports.dynamoDb)],
  ]
  let part: SpawnedPart | undefined

  async function start(): Promise<void> {
    const starting = spawnPart({ args, env: { PATH: process.env.PATH }, log, onLine: () => {} })
    const failed = starting.exited.then(reason => {
      throw new Error(`the embedded AWS did not start: ${starting.lastComplaint() ?? reason}`)
    })
    await Promise.race([once(starting.child, 'message'), failed])
    failed.catch(() => {
      history.note({ where: 'aws', what: 'ended' })
      if (part === starting) part = undefined
    })
    part = starting
    history.note({ where: 'aws', what: `started (process ${starting.pid})` })
  }

  await start()
  return {
    start,
    async end() {
      const ending = part
      part = undefined
      ending?.child.kill('SIGKILL')
      await ending?.exited
    },
    async [Symbol.asyncDispose]() {
      await part?.stop()
      log.end()
    },
  }
}
