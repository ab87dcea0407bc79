import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface Emulators extends AsyncDisposable {
  readonly pid: number
  /** What sends the AWS clients of the stack there. */
  readonly environment: Record<string, string>
}

const MAIN = fileURLToPath(new URL('../../../infra/local/aws-main.ts', import.meta.url))

/**
 * SQS, SNS, S3 and DynamoDB as the embedded stack has them, but in memory: that AWS keeps what it is given costs this
 * machine nothing, so writing it to this machine's disk is no part of the system's cost.
 */
export async function startEmulators(nodeOptions: string, signal: AbortSignal): Promise<Emulators> {
  signal.throwIfAborted()
  const child = fork(MAIN, ['--sqs-port', '0', '--dynamodb-port', '0'], {
    execArgv: [],
    env: { PATH: process.env.PATH, NODE_OPTIONS: nodeOptions },
    detached: true,
  })
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const stop = async () => {
    child.kill('SIGTERM')
    await exited
  }
  try {
    const [{ ready }] = (await once(child, 'message', { signal })) as [
      { ready: { endpointUrl: string; dynamoDbEndpointUrl: string } },
    ]
    return {
      pid: child.pid as number,
      environment: {
        AWS_ENDPOINT_URL: ready.endpointUrl,
        AWS_ENDPOINT_URL_DYNAMODB: ready.dynamoDbEndpointUrl,
      },
      [Symbol.asyncDispose]: stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
