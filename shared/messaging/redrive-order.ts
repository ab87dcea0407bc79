import type { DeadLetter } from './read-dead-letter.ts'

/**
 * Dead letters of one queue by conversation, each in the order in which its queue first got them. Letters may have died
 * in another order (one that could not be buried at once comes later), so what counts is the place each had in the
 * origin queue. SQS keeps no such place for what it moved itself: those keep the order in which they are received, and
 * are put between the others by time.
 */
export function inOriginalOrder(letters: DeadLetter[]): DeadLetter[][] {
  return [...Map.groupBy(letters, letter => letter.groupId).values()].map(group => {
    const placed = group.filter(letter => letter.sequenceNumber !== undefined).sort(bySequenceNumber)
    const moved = group.filter(letter => letter.sequenceNumber === undefined && letter.hidesOthers)
    const others = group.filter(letter => letter.sequenceNumber === undefined && !letter.hidesOthers)
    return mergeByTime(placed, mergeByTime(moved, others.sort(byTime)))
  })
}

/**
 * As far as it can be sent now: behind the last letter that hides others there may be one that goes before the rest.
 * What is kept back is found again when those are gone.
 */
export function sendableNow(letters: DeadLetter[]): DeadLetter[] {
  const last = letters.findLastIndex(letter => letter.hidesOthers)
  return last === -1 ? letters : letters.slice(0, last + 1)
}

function bySequenceNumber(a: DeadLetter, b: DeadLetter): number {
  const difference = (a.sequenceNumber ?? 0n) - (b.sequenceNumber ?? 0n)
  return difference < 0n ? -1 : Number(difference > 0n)
}

function byTime(a: DeadLetter, b: DeadLetter): number {
  return a.sentAt.getTime() - b.sentAt.getTime()
}

/** Each list keeps its own order. */
function mergeByTime(first: DeadLetter[], second: DeadLetter[]): DeadLetter[] {
  const merged: DeadLetter[] = []
  const [a, b] = [[...first], [...second]]
  for (let [x, y] = [a[0], b[0]]; x && y; [x, y] = [a[0], b[0]]) {
    merged.push((byTime(x, y) <= 0 ? a : b).shift() as DeadLetter)
  }
  return [...merged, ...a, ...b]
}
