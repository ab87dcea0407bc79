import type { Spread } from '../../figures/percentiles.ts'
import type { LoadResult, Pair, PairTotal, Target } from '../../load/load-protocol.ts'

/** What the process of all devices is told and what it tells, over IPC: one order after the other. */

export type ClientsOrder =
  | { order: 'connect'; target: Target; pairs: Pair[] }
  | { order: 'ping'; seconds: number }
  | { order: 'push'; rate: number; seconds: number }
  /** Sends at this rate until everybody who loses the socket has it back. Tells `stormBegun` first. */
  | { order: 'storm'; rate: number }
  | { order: 'catchUp'; sampled: number }
  | { order: 'totals' }

/** The answer to each order. */
export interface ClientsAnswers {
  connect: ConnectResult
  ping: PingResult
  push: LoadResult
  storm: StormResult
  catchUp: CatchUpResult
  totals: PairTotal[]
}

export type ClientsReport =
  | { report: 'stormBegun' }
  | { report: 'done'; answer: ClientsAnswers[keyof ClientsAnswers] }
  | { report: 'failed'; reason: string }

export interface ConnectResult {
  seconds: number
  /** From the beginning of the handshake to the open socket. */
  handshakeMs: Spread | undefined
  failures: Failures
}

/** Attempts that came to nothing, by reason. */
export type Failures = Record<string, number>

export interface PingResult {
  pongs: number
  missing: number
}

export interface StormResult {
  /** Epoch ms, as the clock of the one who kills. */
  firstBackAt: number
  lastBackAt: number
  /** From the loss of each socket to its return. */
  awayMs: Spread | undefined
  handshakeMs: Spread | undefined
  failures: Failures
  /** Messages sent meanwhile that were accepted, those of them pushed by now, and those not accepted. */
  accepted: number
  pushed: number
  refused: number
}

export interface CatchUpResult {
  /** Users with messages that no push had brought, and those messages. */
  behind: number
  missed: number
  /** Accepted, and neither pushed nor among the changes. */
  lost: number
  /** Users whose whole list was held against what was sent to them, and of these the ones where it differs. */
  sampled: number
  differing: number
}
