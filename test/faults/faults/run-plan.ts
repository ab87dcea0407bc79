import { now } from '../clock.ts'
import type { History } from '../history.ts'
import type { Pace } from '../pace.ts'
import type { PlannedFault } from '../plan-faults.ts'
import { disturbances } from './disturb-wires.ts'
import { kills } from './kills.ts'
import type { World } from './world.ts'

const FAULTS = { ...kills, ...disturbances }

/** Runs the faults one after another, each at its message; gives the time at which the last one was over. */
export async function runPlan(
  plan: PlannedFault[],
  world: World,
  pace: Pace,
  history: History,
  onFault: (done: number) => void,
): Promise<number> {
  let lastEndedAt = now()
  for (const [index, { name, atMessage, random }] of plan.entries()) {
    // While a fault works, messages go on up to the next one.
    pace.allowUpTo(atMessage)
    await pace.waitUntilSent(atMessage)
    if (pace.signal.aborted) return lastEndedAt
    pace.allowUpTo(plan[index + 1]?.atMessage ?? Number.POSITIVE_INFINITY)
    history.note({ where: 'fault', what: `${name} begins` })
    await FAULTS[name](world, random)
    history.note({ where: 'fault', what: `${name} ends` })
    lastEndedAt = now()
    onFault(index + 1)
  }
  pace.allowUpTo(Number.POSITIVE_INFINITY)
  return lastEndedAt
}
