/** What became of the messages that were sent while sockets were away. */
export interface StormRecord {
  sent(id: string, pair: number): void
  answered(id: string, isAccepted: boolean): void
  /** By a push, or among the changes. */
  received(id: string): void
  readonly accepted: number
  readonly refused: number
  /** Accepted messages that were received. */
  readonly arrived: number
  /** Accepted messages that were not received, by pair. */
  missing(): Map<number, string[]>
}

export function createStormRecord(): StormRecord {
  const entries = new Map<string, { pair: number; isAccepted: boolean; isReceived: boolean }>()
  let refused = 0
  const accepted = () => [...entries].filter(([, entry]) => entry.isAccepted)
  return {
    sent(id, pair) {
      entries.set(id, { pair, isAccepted: false, isReceived: false })
    },
    answered(id, isAccepted) {
      const entry = entries.get(id)
      if (entry !== undefined) entry.isAccepted = isAccepted
      refused += Number(!isAccepted)
    },
    received(id) {
      const entry = entries.get(id)
      if (entry !== undefined) entry.isReceived = true
    },
    get accepted() {
      return accepted().length
    },
    get refused() {
      return refused
    },
    get arrived() {
      return accepted().filter(([, entry]) => entry.isReceived).length
    },
    missing() {
      const missing = accepted().filter(([, entry]) => !entry.isReceived)
      const byPair = Map.groupBy(missing, ([, entry]) => entry.pair)
      return new Map([...byPair].map(([pair, of]) => [pair, of.map(([id]) => id)]))
    },
  }
}
