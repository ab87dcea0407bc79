import { sleep } from '../../shared/lifecycle.ts'
import { type DatabaseState, readDatabase } from './check/database-state.ts'
import { differencesOf } from './check/differences.ts'
import type { DeviceState } from './check/run-record.ts'
import type { Device } from './clients/device.ts'
import { now } from './clock.ts'
import type { QueueCounts } from './stack/inspect-queues.ts'
import type { Stack } from './stack/start-stack.ts'

export interface Rest {
  database: DatabaseState
  queues: QueueCounts
  /** ms since the suite began; undefined when the time was up. */
  convergedAt: number | undefined
}

const LOOK_INTERVAL_MS = 200
const TELL_EVERY = 15

/** Waits until nothing is under way any more and every device shows what the database holds. */
export async function converge(
  stack: Stack,
  devices: Device[],
  countUnaccepted: () => number,
  deadline: number,
  say: (line: string) => void,
): Promise<Rest> {
  for (let look = 1; ; look++) {
    const isLast = now() > deadline
    const queues = await stack.queues.countLeft()
    const unheard = await stack.subscriber.countLeft()
    const unaccepted = countUnaccepted()
    const unsettled = devices.filter(device => !device.socket.isOpen() || device.catchUp.isBusy()).length
    const isQuiet = unaccepted + unheard + queues.commands + queues.deliveries + unsettled === 0
    let unhealed: number | undefined
    if (isQuiet || isLast) {
      const at = now()
      const database = await readDatabase(stack.postgres.url)
      unhealed = devices.filter(device => !differencesOf(stateOf(device), database).next().done).length
      if (isQuiet && unhealed === 0) return { database, queues, convergedAt: at }
      if (isLast) return { database, queues, convergedAt: undefined }
    }
    if (look % TELL_EVERY === 0)
      say(`  waiting: ${JSON.stringify({ ...queues, unheard, unaccepted, unsettled, unhealed })}`)
    await sleep(LOOK_INTERVAL_MS)
  }
}

export function stateOf({ name, userId, store }: Device): DeviceState {
  return { name, userId, conversations: store.conversations, listed: new Map() }
}
