import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { signToken } from '../../../shared/auth.ts'
import { sleep } from '../../../shared/lifecycle.ts'
import { spreadOf } from '../figures/percentiles.ts'
import type { Target } from '../load/load-protocol.ts'
import { createPoster, createSender } from '../load/post-message.ts'
import { addUsers, choosePairs } from '../systems/people.ts'
import { startEmulators } from '../systems/start-emulators.ts'
import { startPipeline } from '../systems/start-pipeline.ts'
import type { AbuseOrder, AbuseReport } from './abuse.ts'

export interface AbuseOptions {
  /** Of each phase that is measured. */
  seconds: number
  abusers: number
}

export interface Latencies {
  sends: number
  refused: number
  p50: number
  p95: number
}

export interface AbuseResult {
  quiet: Latencies
  /** While those who abuse use up what they may do at once. */
  burst: Latencies
  abused: Latencies
  answers: AbuseReport
}

const ABUSE = fileURLToPath(new URL('abuse.ts', import.meta.url))
/** Between two messages of the well-behaved user: within what one may send, and that is a lot for a person. */
const PAUSE_MS = 1_600
const WARM_UP_MS = 8_000
/** Until what may be taken at once is used up: some hundred requests of each. */
const BURST_SECONDS = 30

/** One user writes now and then, alone and then beside those who abuse; limits are those of the default configuration. */
export async function runAbuse(
  options: AbuseOptions,
  dataDir: string,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<AbuseResult> {
  await using started = new AsyncDisposableStack()
  say('starting …')
  const emulators = started.use(await startEmulators('', signal))
  const pipeline = started.use(await startPipeline(dataDir, '', signal, emulators, {}))
  const people = choosePairs(1 + Math.ceil(options.abusers / 2))
  await addUsers(pipeline.databaseUrl, people)
  const [pair, ...others] = people
  if (pair === undefined) throw new Error('there is nobody')
  const user = await createUser(pipeline.target, pair)
  started.defer(user.close)
  await warmUp(user.send)
  const quiet = await user.write(options.seconds, signal)
  say(`quiet: p95 ${quiet.p95.toFixed(1)} ms`)
  const userIds = others.flatMap(({ senderId, recipientId }) => [senderId, recipientId])
  const abuse = await startAbuse({ target: pipeline.target, userIds })
  started.defer(abuse.stop)
  const burst = await user.write(BURST_SECONDS, signal)
  say(`while the abuse begins: p95 ${burst.p95.toFixed(1)} ms`)
  const abused = await user.write(options.seconds, signal)
  return { quiet, burst, abused, answers: await abuse.report() }
}

async function createUser(
  target: Target,
  { senderId, recipientId }: { senderId: number; recipientId: number },
) {
  const sender = createSender(await signToken(target.jwtSecret, senderId, 3_600), recipientId)
  const poster = createPoster(target.ingressUrl)
  const send = () =>
    new Promise<{ milliseconds: number; status: number | undefined }>(resolve => {
      const sentAt = performance.now()
      poster.post(sender, (_, status) => resolve({ milliseconds: performance.now() - sentAt, status }))
    })
  return {
    send,
    close: poster.close,
    async write(seconds: number, signal: AbortSignal): Promise<Latencies> {
      const latencies: number[] = []
      let refused = 0
      const until = performance.now() + seconds * 1_000
      while (performance.now() < until) {
        const { milliseconds, status } = await send()
        latencies.push(milliseconds)
        if (status !== 202) refused++
        await sleep(PAUSE_MS, signal)
        signal.throwIfAborted()
      }
      const { p50 = 0, p95 = 0 } = spreadOf(latencies) ?? {}
      return { sends: latencies.length, refused, p50, p95 }
    },
  }
}

/** Code is compiled before anything is measured. */
async function warmUp(send: () => Promise<unknown>): Promise<void> {
  for (const until = performance.now() + WARM_UP_MS; performance.now() < until; ) {
    await send()
    await sleep(PAUSE_MS / 4)
  }
}

async function startAbuse(order: AbuseOrder) {
  const child = fork(ABUSE, { execArgv: [], detached: true })
  const exited = once(child, 'exit')
  child.send(order)
  await once(child, 'message')
  return {
    async report(): Promise<AbuseReport> {
      child.send('report')
      const [report] = await once(child, 'message')
      return report
    },
    async stop() {
      child.kill('SIGTERM')
      await exited
    },
  }
}
