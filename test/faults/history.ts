import { now } from './clock.ts'

/** One thing that happened at one place. Histories hold only what clients saw and what the suite did to the system. */
export interface Entry {
  /** ms since the suite began. */
  at: number
  /** A device, a fault, a process. */
  where: string
  what: string
  conversationId?: string
  /** Messages that it is about. */
  messageIds?: string[]
  seqs?: (number | null)[]
  version?: number
  detail?: string
}

export interface History {
  readonly entries: Entry[]
  note(entry: Omit<Entry, 'at'>): void
}

export function createHistory(): History {
  const entries: Entry[] = []
  return {
    entries,
    note: entry => entries.push({ at: now(), ...entry }),
  }
}
