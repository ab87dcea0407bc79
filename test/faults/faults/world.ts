import type { Device } from '../clients/device.ts'
import type { Random } from '../random.ts'
import type { Stack } from '../stack/start-stack.ts'

/** What faults happen to. */
export interface World {
  stack: Stack
  devices: Device[]
}

/** Does its harm and resolves when that is over; what then heals is the system's own business. */
export type Fault = (world: World, random: Random) => Promise<void>
