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

/** Waits until nothing is under way any more and every device shows what the database holds. */
export async function converge(
  stack: Stack,
  devices: Device[],
  isEverythingAccepted: () => boolean,
  deadline: number,
): Promise<Rest> {
  for (;;) {
    const isLast = now() > deadline
    const queues = await stack.queues.countLeft()
    const isQuiet =
      isEverythingAccepted() &&
      queues.commands + queues.deliveries === 0 &&
      devices.every(device => device.socket.isOpen() && !device.catchUp.isBusy())
    if (isQuiet || isLast) {
      const at = now()
      const database = await readDatabase(stack.postgres.url)
      const isHealed = devices.every(device => differencesOf(stateOf(device), database).next().done)
      if (isQuiet && isHealed) return { database, queues, convergedAt: at }
      if (isLast) return { database, queues, convergedAt: undefined }
    }
    await sleep(LOOK_INTERVAL_MS)
  }
}

export function stateOf({ name, userId, store }: Device): DeviceState {
  return { name, userId, conversations: store.conversations, listed: new Map() }
}
