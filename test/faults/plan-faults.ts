import { DISTURBANCES, type Disturbance, type FaultName, KILLS, type Kill } from './fault-names.ts'
import type { Random } from './random.ts'

export interface PlannedFault {
  /** It happens when this many messages are on their way. */
  atMessage: number
  name: Kill | Disturbance
  random: Random
}

/** Plain kills come often, what costs most time seldom. */
const WEIGHTS: Partial<Record<FaultName, number>> = { kill: 4, 'kill-several': 2, 'kill-starting': 2 }

/**
 * The faults of a run, spread evenly over its messages: a kill, a disturbance, a kill … Every fault comes before one
 * comes again. The last kill has messages after it.
 */
export function planFaults(
  options: { kills: number; messages: number; only?: FaultName[] },
  random: Random,
): PlannedFault[] {
  const kills = createBag(KILLS.filter(isWanted), random.fork('kills'))
  const disturbances = createBag(DISTURBANCES.filter(isWanted), random.fork('disturbances'))
  const steps = Array.from({ length: options.kills }, () => [kills(), disturbances()]).flat()
  const distance = options.messages / (steps.length + 1)
  return steps.flatMap((name, index) =>
    name === undefined
      ? []
      : [{ name, atMessage: Math.floor(distance * (index + 1)), random: random.fork(`fault ${index}`) }],
  )

  function isWanted(name: FaultName): boolean {
    return options.only === undefined || options.only.includes(name)
  }
}

function createBag<Name extends FaultName>(names: Name[], random: Random): () => Name | undefined {
  let left: Name[] = []
  return () => {
    if (left.length === 0)
      left = random.shuffle(names.flatMap(name => Array.from({ length: WEIGHTS[name] ?? 1 }, () => name)))
    return left.pop()
  }
}
