import { conversationIdOf } from '../../shared/contract/identifiers.ts'
import type { Random } from './random.ts'

export interface People {
  userIds: number[]
  /** Who writes with whom. */
  partnersOf: Map<number, number[]>
  /** The share of the run after which two fall silent: nothing later hides what they missed at the end. */
  activeUntil: Map<string, number>
  /** How many devices each has. */
  devicesOf: Map<number, number>
  /** Has an open socket, and is party to nothing. */
  stranger: number
}

const USERS = 12
const PAIRS = 20
const FIRST_ID = 1001
const EARLIEST_SILENCE = 0.3

export function choosePeople(random: Random): People {
  const writers = Array.from({ length: USERS }, (_, index) => FIRST_ID + index)
  const stranger = FIRST_ID + USERS
  const partnersOf = new Map(writers.map(id => [id, [] as number[]]))
  const possible = writers.flatMap((one, index) =>
    writers.slice(index + 1).map(other => [one, other] as const),
  )
  // In a ring first, so that nobody is without a partner.
  const ring = writers.map((one, index) => [one, writers[(index + 1) % USERS] as number] as const)
  const isInRing = new Set(ring.flatMap(([a, b]) => [`${a} ${b}`, `${b} ${a}`]))
  const others = random.shuffle(possible.filter(([a, b]) => !isInRing.has(`${a} ${b}`)))
  const activeUntil = new Map<string, number>()
  for (const [index, [one, other]] of [...ring, ...others.slice(0, PAIRS - USERS)].entries()) {
    // Those of the ring write to the end by turns, so that everybody always has somebody to write to.
    const silentAfter =
      index < USERS && index % 2 === 0 ? 1 : EARLIEST_SILENCE + random.next() * (1 - EARLIEST_SILENCE)
    activeUntil.set(conversationIdOf(one, other), silentAfter)
    partnersOf.get(one)?.push(other)
    partnersOf.get(other)?.push(one)
  }
  return {
    userIds: [...writers, stranger],
    partnersOf,
    activeUntil,
    devicesOf: new Map(writers.map(id => [id, random.int(1, 2)])),
    stranger,
  }
}
