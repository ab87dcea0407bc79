import { sleep } from '../../../../shared/lifecycle.ts'
import type { PingResult } from './clients-protocol.ts'
import type { OpenFleet } from './open-fleet.ts'

const PING = JSON.stringify({ action: 'ping' })
const TURN_MS = 20
const PONGS_WITHIN_MS = 10_000

/** Every device pings once, one after the other, spread evenly over the time. */
export async function pingAll(fleet: OpenFleet, seconds: number): Promise<PingResult> {
  const before = fleet.pongs
  const startedAt = performance.now()
  let pinged = 0
  while (pinged < fleet.devices.length) {
    const due = Math.ceil((fleet.devices.length * (performance.now() - startedAt)) / (seconds * 1_000))
    for (; pinged < Math.min(due, fleet.devices.length); pinged++) fleet.devices[pinged]?.socket?.send(PING)
    await sleep(TURN_MS)
  }
  const giveUpAt = performance.now() + PONGS_WITHIN_MS
  while (fleet.pongs - before < pinged && performance.now() < giveUpAt) await sleep(TURN_MS)
  const pongs = fleet.pongs - before
  return { pongs, missing: pinged - pongs }
}
