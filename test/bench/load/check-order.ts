export interface OrderCheck {
  /** A push with this seq arrived at the socket. */
  see(seq: number): void
  readonly doubled: number
  readonly outOfOrder: number
}

/**
 * Checks what one socket got of one conversation, whose seqs are gap-free from 1: a seq twice is a double; one that
 * comes after a higher one is out of order. Keeps only what was skipped, so any number of messages may pass.
 */
export function createOrderCheck(): OrderCheck {
  const skipped = new Set<number>()
  let highest = 0
  let doubled = 0
  let outOfOrder = 0
  return {
    see(seq) {
      if (seq > highest) {
        for (let missing = highest + 1; missing < seq; missing++) skipped.add(missing)
        highest = seq
      } else if (skipped.delete(seq)) outOfOrder++
      else doubled++
    },
    get doubled() {
      return doubled
    },
    get outOfOrder() {
      return outOfOrder
    },
  }
}
