import { conversationIdOf } from '../../shared/contract/identifiers.ts'
import { sleep } from '../../shared/lifecycle.ts'
import type { ClientRecords } from './check/run-record.ts'
import { createActions } from './clients/actions.ts'
import { createDevice, type Device } from './clients/device.ts'
import { pry } from './clients/stranger.ts'
import { useDevice } from './clients/use-device.ts'
import type { History } from './history.ts'
import { createPace, type Pace } from './pace.ts'
import type { People } from './people.ts'
import type { Random } from './random.ts'
import type { Stack } from './stack/start-stack.ts'

/** Everybody with all their devices, writing. */
export interface Load extends AsyncDisposable {
  readonly devices: Device[]
  readonly pace: Pace
  /** Resolves when everything was accepted. */
  readonly sent: Promise<void>
  isDone(): boolean
}

export interface LoadOptions {
  stack: Stack
  people: People
  records: ClientRecords
  history: History
  random: Random
  messages: number
  rate: number
  signal: AbortSignal | undefined
}

/** More than this in the queues is a backlog that only takes time. */
const MAX_QUEUED = 800
const LOOK_INTERVAL_MS = 250
/** Messages that one device has on their way at once. */
const SENDERS_PER_DEVICE = 2

export async function startLoad(options: LoadOptions): Promise<Load> {
  const { stack, people, records, history, random, signal: interrupted } = options
  const ending = new AbortController()
  const signal = interrupted ? AbortSignal.any([ending.signal, interrupted]) : ending.signal
  const addresses = { gatewayUrl: stack.gatewayUrl, ingressUrls: stack.ingressUrls }
  const open = (userId: number, name: string) =>
    createDevice({ ...addresses, ...{ name, userId, records, history }, random: random.fork(name) })

  const devices: Device[] = []
  for (const [userId, count] of people.devicesOf)
    for (let n = 1; n <= count; n++) devices.push(await open(userId, `user ${userId} device ${n}`))
  const stranger = await open(people.stranger, 'stranger')
  while (![...devices, stranger].every(device => device.socket.isOpen())) await sleep(20)

  const pace = createPace(options.messages, options.rate, devices.length * SENDERS_PER_DEVICE, signal)
  const conversationIds = [...people.partnersOf].flatMap(([one, others]) =>
    others.map(other => conversationIdOf(one, other)),
  )
  void pry({ device: stranger, conversationIds, records, history, random: random.fork('prying'), signal })
  void holdWhileBehind(stack, pace)
  let isDone = false
  const sent = Promise.all(
    devices.flatMap(device =>
      Array.from({ length: SENDERS_PER_DEVICE }, (_, sender) => {
        const choices = random.fork(`${device.name} sender ${sender}`)
        const actions = createActions({ device, records, history, random: choices.fork('actions'), signal })
        return useDevice({
          ...{ device, actions, pace, random: choices },
          partners: people.partnersOf.get(device.userId) ?? [],
          activeUntil: people.activeUntil,
          isMain: sender === 0 && device.name.endsWith('device 1'),
        })
      }),
    ),
  ).then(() => {
    isDone = true
  })
  return {
    devices: [...devices, stranger],
    pace,
    sent,
    isDone: () => isDone,
    async [Symbol.asyncDispose]() {
      ending.abort()
      await Promise.all([...devices, stranger].map(device => device.close()))
    },
  }
}

async function holdWhileBehind({ queues }: Stack, pace: Pace): Promise<void> {
  while (!pace.signal.aborted) {
    const left = await queues.countLeft().catch(() => undefined)
    if (left) pace.hold(left.commands + left.deliveries > MAX_QUEUED)
    await sleep(LOOK_INTERVAL_MS, pace.signal)
  }
}
