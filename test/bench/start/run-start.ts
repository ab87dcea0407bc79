import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { bundleLambda } from '../../../infra/aws/bundle-lambda.ts'
import { describeMachine } from '../report/describe-machine.ts'
import { connectPostgres } from '../systems/postgres-server.ts'
import { startEmulators } from '../systems/start-emulators.ts'
import { startPipeline } from '../systems/start-pipeline.ts'
import { measureInstall } from './measure-install.ts'
import type { StartOptions } from './options.ts'
import { SERVICES, type ServiceName, type StartResults } from './results.ts'
import { timeLambda } from './time-lambda.ts'
import { timeLocal } from './time-local.ts'
import { timeService } from './time-service.ts'

interface Run {
  starts: number
  folder: string
  signal: AbortSignal
  say(line: string): void
}

/** One run: `npm start` again and again, then each service and the Lambda handlers beside a stack that runs. */
export async function runStart(
  { starts }: StartOptions,
  folder: string,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<StartResults> {
  const run = { starts, folder, signal, say }
  const installed = await measureInstall()
  const local = await startLocal(run)
  return { ...(await startBesideStack(run)), local, installed }
}

/** New data first: what these starts leave is what the others keep. */
async function startLocal({ starts, folder, signal, say }: Run): Promise<StartResults['local']> {
  say(`npm start, ${starts} times with new data and ${starts} times with kept data …`)
  const fresh = await repeat(starts, index => timeLocal(join(folder, `data-${index}`), signal))
  const existing = await repeat(starts, () => timeLocal(join(folder, 'data-0'), signal))
  return { fresh, existing }
}

async function startBesideStack(run: Run): Promise<Omit<StartResults, 'local' | 'installed'>> {
  const { starts, folder, signal, say } = run
  await using started = new AsyncDisposableStack()
  say('starting the stack …')
  const dataDir = join(folder, 'data')
  const emulators = started.use(await startEmulators('', signal))
  const pipeline = started.use(await startPipeline(dataDir, '', signal, emulators))
  const postgres = started.use(await connectPostgres(pipeline.databaseUrl, pipeline.postmaster))
  const environment = parseEnv(await readFile(join(dataDir, 'local.env'), 'utf8')) as Record<string, string>

  const services: Partial<Record<ServiceName, number[]>> = {}
  for (const name of SERVICES) {
    say(`${name}, ${starts} times …`)
    services[name] = await repeat(starts, () => timeService(name, environment, signal))
  }
  say(`the Lambda handler of frames, ${starts} times …`)
  const { file, bytes, packages } = await bundleLambda('frame', folder)
  const initMs = await repeat(starts, () => timeLambda(file, environment))
  say('stopping …')
  return {
    machine: describeMachine(postgres.version),
    services: services as Record<ServiceName, number[]>,
    lambda: { bytes, packages, initMs },
  }
}

async function repeat(times: number, measure: (index: number) => Promise<number>): Promise<number[]> {
  const measured: number[] = []
  for (let index = 0; index < times; index++) measured.push(await measure(index))
  return measured
}
