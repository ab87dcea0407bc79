import { sleep } from '../../../shared/lifecycle.ts'
import type { OrderCheck } from './check-order.ts'
import type { People } from './connect-pairs.ts'
import type { LoadJob, LoadResult, WindowEdge } from './load-protocol.ts'
import type { PostMessage } from './post-message.ts'
import { sendAlone, startClosedLoop, startOpenLoop } from './shapes.ts'
import { type Sending, startSending } from './start-sending.ts'

/** How long the counters of a window's edge take to read, at most. The load goes on so long after the window. */
const READING_MS = 200
/** Messages whose push has not come when nothing came for this long are lost. */
const SILENCE_MS = 10_000
const LOOK_INTERVAL_MS = 20

/** Sends by the job's shape, and waits until all has arrived, or nothing more does. */
export async function runJob(
  job: LoadJob,
  people: People,
  post: PostMessage,
  tellWindow: (edge: WindowEdge) => void,
): Promise<LoadResult> {
  const before = countFaults(people.checks)
  const sending = startSending(people.pairs.slice(0, job.pairs), people, post)
  const openWindow = () => {
    sending.record.openWindow(performance.now())
    tellWindow('opened')
  }
  const closeWindow = () => {
    sending.record.closeWindow(performance.now())
    tellWindow('closed')
  }
  if (job.shape.kind === 'alone') {
    // Begins the long polls anew, so that none ends empty before the first message that counts.
    await sendAlone(sending, { messages: 1, pauseMs: READING_MS })
    openWindow()
    await sleep(READING_MS)
    await sendAlone(sending, job.shape)
    closeWindow()
  } else {
    if (job.shape.kind === 'closed') startClosedLoop(sending, job.shape.outstanding)
    else startOpenLoop(sending, job.shape)
    await letRun(sending, people, job.warmSeconds)
    openWindow()
    await letRun(sending, people, job.seconds)
    closeWindow()
    await sleep(READING_MS)
  }
  sending.isOver = true
  await waitForRest(sending, people)
  people.onPush = () => {}
  if (people.broken !== undefined) throw new Error(people.broken)
  const after = countFaults(people.checks)
  return {
    ...sending.record.result(),
    doubled: after.doubled - before.doubled,
    outOfOrder: after.outOfOrder - before.outOfOrder,
    behind: sending.isBehind,
  }
}

async function letRun(sending: Sending, people: People, seconds: number): Promise<void> {
  const endsAt = performance.now() + seconds * 1000
  while (performance.now() < endsAt && !sending.isBehind && people.broken === undefined)
    await sleep(Math.max(1, Math.min(100, endsAt - performance.now())))
}

async function waitForRest({ record }: Sending, people: People): Promise<void> {
  const restBegan = performance.now()
  while (record.underWay > 0 && people.broken === undefined) {
    if (performance.now() - Math.max(restBegan, record.lastEventAt) > SILENCE_MS) return
    await sleep(LOOK_INTERVAL_MS)
  }
}

/** Since the sockets were opened: what comes late counts in the job in which it comes. */
function countFaults(checks: OrderCheck[]): { doubled: number; outOfOrder: number } {
  const sum = (of: (check: OrderCheck) => number) => checks.reduce((total, check) => total + of(check), 0)
  return { doubled: sum(check => check.doubled), outOfOrder: sum(check => check.outOfOrder) }
}
