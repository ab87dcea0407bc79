import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sleep } from '../../shared/lifecycle.ts'
import { check } from './check/checker.ts'
import { emptyRecords, type RunRecord } from './check/run-record.ts'
import { now } from './clock.ts'
import { converge, stateOf } from './converge.ts'
import { tellFailures } from './failure-history.ts'
import { runPlan } from './faults/run-plan.ts'
import { createHistory } from './history.ts'
import { listMessages } from './list-messages.ts'
import { startLoad } from './load.ts'
import { commandLineOf, type FaultOptions } from './options.ts'
import { choosePeople } from './people.ts'
import { planFaults } from './plan-faults.ts'
import { createRandom } from './random.ts'
import { countFindings, type Report } from './report.ts'
import { startStack } from './stack/start-stack.ts'

const CONVERGENCE_LIMIT_SECONDS = 60
const DUPLICATED_SHARE = 0.05

/** The whole run: a stack of its own, load and faults side by side, rest, and the verdict. */
export async function runFaults(options: FaultOptions, signal?: AbortSignal): Promise<Report> {
  const { say } = options
  const startedAt = now()
  const random = createRandom(options.seed)
  const history = createHistory()
  const records = emptyRecords()
  const people = choosePeople(random.fork('people'))
  const folder = await mkdtemp(join(tmpdir(), 'growzone-chat-faults-'))
  await using cleaning = new AsyncDisposableStack()
  let isKept = true
  cleaning.defer(async () => {
    if (!isKept) await rm(folder, { recursive: true, force: true })
  })
  const stack = cleaning.use(
    await startStack({ folder, userIds: people.userIds, history, random: random.fork('stack') }),
  )
  const plan = planFaults(options, random.fork('plan'))
  const load = cleaning.use(
    await startLoad({ stack, people, records, history, random: random.fork('load'), signal, ...options }),
  )
  const loadStartedAt = now()
  say(`${options.messages} messages, ${plan.length} faults, ${load.devices.length} devices, ${folder}`)
  const mayDuplicate = options.only === undefined || options.only.includes('duplicate')
  stack.proxies.queue.duplicating = mayDuplicate ? DUPLICATED_SHARE : 0
  const lastFaultAt = await runPlan(plan, { stack, devices: load.devices }, load.pace, history, done =>
    say(
      `  ${seconds(now() - loadStartedAt)} s  ${load.pace.sent} messages  ${done}/${plan.length} ${plan[done - 1]?.name}`,
    ),
  )
  await Promise.race([load.sent, sleep(CONVERGENCE_LIMIT_SECONDS * 1000)])
  stack.proxies.queue.duplicating = 0
  const loadSeconds = (now() - loadStartedAt) / 1000

  const countedFrom = plan.length > 0 ? lastFaultAt : now()
  const deadline = Math.max(lastFaultAt, now()) + CONVERGENCE_LIMIT_SECONDS * 1000
  const countUnaccepted = () =>
    records.sends.filter(send => send.acceptedAt === undefined).length + Number(!load.isDone())
  const rest = await converge(stack, load.devices, countUnaccepted, deadline, say)
  const devices = load.devices.map(stateOf)
  for (const [index, device] of load.devices.entries())
    Object.assign(devices[index] as object, { listed: await listMessages(device).catch(() => new Map()) })
  const run: RunRecord = {
    ...{
      records,
      devices,
      entries: history.entries,
      announced: stack.subscriber.announced,
      database: rest.database,
    },
    queues: { ...rest.queues, deadLetters: await stack.queues.readDeadLetters() },
  }
  const findings = check(run)
  const passed = findings.length === 0 && rest.convergedAt !== undefined
  const secondsToConverge = rest.convergedAt && Math.max(0, rest.convergedAt - countedFrom) / 1000
  const stored = [...rest.database.values()].reduce((sum, { messages }) => sum + messages.length, 0)
  const { redeliveredCommands, redeliveredEvents, duplicated } = stack.proxies.queue.counts
  if (!passed) {
    say(`\nseed ${options.seed}; to repeat: ${commandLineOf(options)}\ndata and logs: ${folder}`)
    await tellFailures(findings, history.entries, join(folder, 'logs'), say)
  }
  isKept = options.keep || !passed
  return {
    ...{ passed, findings },
    ...(isKept && { folder }),
    figures: [
      ['accepted', records.sends.filter(send => send.acceptedAt !== undefined).length],
      ['stored', stored],
      ...countFindings(findings),
      ['seconds to converge', secondsToConverge?.toFixed(1) ?? `not within ${CONVERGENCE_LIMIT_SECONDS}`],
      ['wall time', `${seconds(now() - startedAt)} s`],
      ['messages per second', (records.sends.length / loadSeconds).toFixed(0)],
      ['redelivered commands', redeliveredCommands],
      ['redelivered events', redeliveredEvents],
      ['attempts repeated', describeCounts(records.failedAttempts)],
      ['duplicates made', duplicated],
      ['dead letters', rest.queues.dead],
    ],
  }
}

function describeCounts(counts: Map<string, number>): string {
  return [...counts].map(([reason, count]) => `${count} ${reason}`).join(', ') || '0'
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1)
}
