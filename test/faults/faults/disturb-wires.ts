import { sleep } from '../../../shared/lifecycle.ts'
import type { Disturbance } from '../fault-names.ts'
import type { Call, HttpProxy, Verdict } from '../proxies/http-proxy.ts'
import { operationOf } from '../proxies/queue-proxy.ts'
import type { Random } from '../random.ts'
import * as answers from './error-answers.ts'
import type { Fault } from './world.ts'

export const disturbances: Record<Disturbance, Fault> = {
  'queue-throttle': onQueue(answers.throttled),
  'queue-unavailable': onQueue(answers.unavailable),
  'queue-drop-before': onQueue(() => ({ kind: 'drop' })),
  'queue-drop-after': onQueue(() => ({ kind: 'pass', dropAnswer: true })),
  'queue-delay': onQueue((_, random) => ({ kind: 'pass', delayMs: random.int(50, 1_500) })),

  /** What is received becomes visible again while its transaction, or its push, still runs. */
  async 'short-visibility'({ stack }, random) {
    const { queue, push, database } = stack.proxies
    const slow = () => ({ kind: 'pass', delayMs: 1_300 }) as const
    push.judges.add(slow)
    await during(queue, 4_000, shortenVisibility, () => database.pause(random.int(1_200, 2_000)))
    push.judges.delete(slow)
  },

  /** As API Gateway gives it: the socket is gone. */
  'push-gone': onPush((call, _, proxy) => ({
    ...answers.gone,
    first: () => proxy.send({ ...call, method: 'DELETE', body: Buffer.alloc(0) }),
  })),
  'push-throttle': onPush(() => answers.pushThrottled),
  'push-error': onPush(() => answers.pushFailed),
  'push-slow': onPush((_, random) => ({ kind: 'pass', delayMs: random.int(200, 2_500) })),

  'table-throttle': onTable(() => answers.tableThrottled, 0.5),
  'table-away': onTable(() => ({ kind: 'drop' }), 1),

  async 'database-drop'({ stack }, random) {
    for (let count = random.int(1, 4); count > 0; count--) {
      stack.proxies.database.drop(0.5, random)
      await sleep(random.int(50, 300))
    }
  },
  async 'database-drop-at-commit'({ stack }, random) {
    stack.proxies.database.dropAtCommit(random.int(1, 6))
  },
  'database-pause': ({ stack }, random) => stack.proxies.database.pause(random.int(300, 2_500)),
  'database-away': ({ stack }, random) => stack.proxies.database.leave(random.int(500, 4_000)),

  async 'socket-cut'({ devices }, random) {
    for (const device of random.shuffle(devices).slice(0, random.int(1, devices.length))) device.socket.cut()
  },
}

type Judgement = (call: Call, random: Random, proxy: HttpProxy) => Verdict

function onQueue(judge: Judgement): Fault {
  return ({ stack }, random) => disturb(stack.proxies.queue, random, random.pick([0.2, 0.5, 1]), judge)
}

function onPush(judge: Judgement): Fault {
  return ({ stack }, random) => disturb(stack.proxies.push, random, random.pick([0.02, 0.2, 1]), judge)
}

function onTable(judge: Judgement, probability: number): Fault {
  return ({ stack }, random) => disturb(stack.proxies.table, random, probability, judge)
}

/** For a while each call is judged with this probability. */
async function disturb(
  proxy: HttpProxy,
  random: Random,
  probability: number,
  judge: Judgement,
): Promise<void> {
  const choices = random.fork('calls')
  await during(proxy, random.int(300, 3_000), call =>
    choices.chance(probability) ? judge(call, choices, proxy) : undefined,
  )
}

async function during(
  { judges }: HttpProxy,
  milliseconds: number,
  judge: (call: Call) => Verdict | undefined,
  meanwhile?: () => Promise<void>,
): Promise<void> {
  judges.add(judge)
  await Promise.all([sleep(milliseconds), meanwhile?.()])
  judges.delete(judge)
}

function shortenVisibility(call: Call): Verdict | undefined {
  if (operationOf(call) !== 'ReceiveMessage') return undefined
  const request = { ...JSON.parse(call.body.toString()), VisibilityTimeout: 1 }
  return { kind: 'pass', body: Buffer.from(JSON.stringify(request)) }
}
