import { sleep } from '../../../../shared/lifecycle.ts'
import { spreadOf } from '../../figures/percentiles.ts'
import type { StormResult } from './clients-protocol.ts'
import type { OpenFleet } from './open-fleet.ts'
import { createStormRecord, type StormRecord } from './storm-record.ts'

/** Longest time that the return of all may take, and without any return at the end of it. */
const PATIENCE_MS = 180_000
const LOOK_INTERVAL_MS = 20
/** Messages go on for so long after the last is back; pushes that come no more for so long are missed. */
const AFTERRUN_MS = 2_000
const SILENCE_MS = 6_000

/** Sends on while the sockets break, until all are open again and what can be pushed has been. */
export async function rideStorm(
  fleet: OpenFleet,
  rate: number,
  tellBegun: () => void,
): Promise<{ result: StormResult; record: StormRecord }> {
  const record = createStormRecord()
  const lostAt = new Map<number, number>()
  const [awayMs, handshakesMs]: [number[], number[]] = [[], []]
  let [firstBackAt, lastBackAt, lastPushAt] = [0, 0, 0]
  fleet.failures = {}
  fleet.people.broken = undefined
  fleet.people.onPush = id => {
    record.received(id)
    lastPushAt = performance.now()
  }
  fleet.onLost = device => {
    fleet.open--
    lostAt.set(device.index, performance.now())
  }
  fleet.onOpen = (device, handshakeMs) => {
    fleet.open++
    handshakesMs.push(handshakeMs)
    awayMs.push(performance.now() - (lostAt.get(device.index) ?? 0))
    lastBackAt = Date.now()
    firstBackAt ||= lastBackAt
  }
  const stopSending = sendEvenly(fleet, rate, record)
  tellBegun()
  const isOver = () => lostAt.size === fleet.devices.length && fleet.open === fleet.devices.length
  const giveUpAt = performance.now() + PATIENCE_MS
  while (!isOver()) {
    if (performance.now() > giveUpAt)
      throw new Error(
        `only ${fleet.open} of ${fleet.devices.length} sockets came back: ${JSON.stringify(fleet.failures)}`,
      )
    await sleep(LOOK_INTERVAL_MS)
  }
  await sleep(AFTERRUN_MS)
  stopSending()
  const stoppedAt = performance.now()
  while (record.arrived < record.accepted && performance.now() - Math.max(lastPushAt, stoppedAt) < SILENCE_MS)
    await sleep(LOOK_INTERVAL_MS)
  const result = {
    ...{ firstBackAt, lastBackAt, awayMs: spreadOf(awayMs), handshakeMs: spreadOf(handshakesMs) },
    ...{
      failures: fleet.failures,
      accepted: record.accepted,
      pushed: record.arrived,
      refused: record.refused,
    },
  }
  return { result, record }
}

/** Messages to one recipient after the other, at an even rate whatever becomes of them. */
function sendEvenly({ people, post }: OpenFleet, rate: number, record: StormRecord): () => void {
  const startedAt = performance.now()
  let sent = 0
  const timer = setInterval(() => {
    for (; sent < ((performance.now() - startedAt) * rate) / 1_000; sent++) {
      const pair = people.pairs[sent % people.pairs.length]
      if (pair === undefined) return
      pair.total.attempted++
      const id = post(pair.sender, (answeredId, status) => {
        const isAccepted = status !== undefined && status >= 200 && status < 300
        pair.total.accepted += Number(isAccepted)
        record.answered(answeredId, isAccepted)
      })
      record.sent(id, sent % people.pairs.length)
    }
  }, 5)
  return () => clearInterval(timer)
}
