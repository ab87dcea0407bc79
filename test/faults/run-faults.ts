import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sleep } from '../../shared/lifecycle.ts'
import { check } from './check/checker.ts'
import { type ClientRecords, emptyRecords, type RunRecord } from './check/run-record.ts'
import { now } from './clock.ts'
import { converge, type Rest, stateOf } from './converge.ts'
import { tellFailures } from './failure-history.ts'
import { runPlan } from './faults/run-plan.ts'
import { createHistory, type History } from './history.ts'
import { listMessages } from './list-messages.ts'
import { type Load, startLoad } from './load.ts'
import { commandLineOf, type FaultOptions } from './options.ts'
import { choosePeople } from './people.ts'
import { planFaults } from './plan-faults.ts'
import { createRandom } from './random.ts'
import { buildReport, type Report } from './report.ts'
import { type Stack, startStack } from './stack/start-stack.ts'

const CONVERGENCE_LIMIT_SECONDS = 60
const DUPLICATED_SHARE = 0.05

interface Run {
  stack: Stack
  load: Load
  records: ClientRecords
  history: History
}

/** The whole run: a stack of its own, load and faults side by side, rest, and the verdict. */
export async function runFaults(options: FaultOptions, signal?: AbortSignal): Promise<Report> {
  const { say } = options
  const startedAt = now()
  const random = createRandom(options.seed)
  const history = createHistory()
  const records = emptyRecords()
  const people = choosePeople(random.fork('people'))
  const folder = await mkdtemp(join(tmpdir(), 'growzone-chat-faults-'))
  let isKept = true
  await using cleaning = new AsyncDisposableStack()
  cleaning.defer(async () => {
    if (!isKept) await rm(folder, { recursive: true, force: true })
  })
  const stack = cleaning.use(
    await startStack({ folder, userIds: people.userIds, history, random: random.fork('stack') }),
  )
  const load = cleaning.use(
    await startLoad({ stack, people, records, history, random: random.fork('load'), signal, ...options }),
  )
  say(`${options.messages} messages, ${load.devices.length} devices, ${folder}`)

  const run = { stack, load, records, history }
  const loadStartedAt = now()
  const lastFaultAt = await disturb(run, options)
  const loadMs = now() - loadStartedAt
  signal?.throwIfAborted()
  const rest = await settle(run, lastFaultAt, say)
  const record = await recordOf(run, rest)
  const findings = check(record)
  const passed = findings.length === 0 && rest.convergedAt !== undefined
  isKept = options.keep || !passed
  if (!passed) {
    say(`\nseed ${options.seed}; to repeat: ${commandLineOf(options)}\ndata and logs: ${folder}`)
    await tellFailures(findings, history.entries, join(folder, 'logs'), say)
  }
  const convergeMs = rest.convergedAt && Math.max(0, rest.convergedAt - lastFaultAt)
  const times = { wallMs: now() - startedAt, loadMs, convergeMs }
  return buildReport({ passed, findings, record, times, counts: stack.proxies.queue.counts })
}

/** Faults among messages; gives the time from which the system had peace. */
async function disturb({ stack, load, history }: Run, options: FaultOptions): Promise<number> {
  const { only, messages, say } = options
  const plan = planFaults(options, createRandom(options.seed).fork('plan'))
  const { queue } = stack.proxies
  queue.duplicating = only === undefined || only.includes('duplicate') ? DUPLICATED_SHARE : 0
  const startedAt = now()
  const lastFaultAt = await runPlan(plan, { stack, devices: load.devices }, load.pace, history, done => {
    const progress = `${load.pace.sent}/${messages} messages  ${done}/${plan.length} faults`
    say(`  ${((now() - startedAt) / 1000).toFixed(1)} s  ${progress}  ${plan[done - 1]?.name}`)
  })
  await Promise.race([load.sent, sleep(CONVERGENCE_LIMIT_SECONDS * 1000, load.pace.signal)])
  queue.duplicating = 0
  return plan.length > 0 ? lastFaultAt : now()
}

function settle({ stack, load, records }: Run, lastFaultAt: number, say: FaultOptions['say']): Promise<Rest> {
  const countUnaccepted = () =>
    records.sends.filter(send => send.acceptedAt === undefined).length + Number(!load.isDone())
  const deadline = Math.max(lastFaultAt, now()) + CONVERGENCE_LIMIT_SECONDS * 1000
  return converge(stack, load.devices, countUnaccepted, deadline, say)
}

async function recordOf({ stack, load, records, history }: Run, rest: Rest): Promise<RunRecord> {
  const devices = await Promise.all(
    load.devices.map(async device => ({ ...stateOf(device), listed: await listMessages(device, records) })),
  )
  return {
    ...{ records, devices, entries: history.entries, database: rest.database },
    announced: stack.subscriber.announced,
    queues: { ...rest.queues, deadLetters: await stack.queues.readDeadLetters() },
  }
}
