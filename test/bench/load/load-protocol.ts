import type { Spread } from '../figures/percentiles.ts'

/** What the load process is told and what it tells, over IPC. */

/** Where a system is, whichever it is. */
export interface Target {
  ingressUrl: string
  gatewayUrl: string
  jwtSecret: string
}

/** One writes, the other has a socket. */
export interface Pair {
  senderId: number
  recipientId: number
}

export type LoadShape =
  /** Each pair has so many messages on their way at once; the next goes out when one has arrived. */
  | { kind: 'closed'; outstanding: number }
  /** So many messages per second, whether earlier ones have arrived or not. Given up far ahead, unless `patient`. */
  | { kind: 'open'; rate: number; patient?: boolean }
  /** One message after the other, with pauses. */
  | { kind: 'alone'; messages: number; pauseMs: number }

export interface LoadJob {
  shape: LoadShape
  /** The first so many of the connected pairs. */
  pairs: number
  warmSeconds: number
  /** Of the window in which is measured; without meaning for `alone`. */
  seconds: number
}

export interface LoadResult {
  /** How long the window was. */
  seconds: number
  /** Messages whose push arrived in the window. */
  pushed: number
  /** Of messages meant to be sent in the window, counted from that time. */
  acceptMs: Spread | undefined
  pushMs: Spread | undefined
  /** How late the generator itself was. */
  lateMs: Spread | undefined
  /** Posts not answered by 2xx. */
  failed: number
  /** Accepted, and no push in ten seconds of silence. */
  lost: number
  doubled: number
  outOfOrder: number
  /** The open loop ran ahead of the system and was given up. */
  behind: boolean
}

/** Of one pair since it was connected. */
export interface PairTotal extends Pair {
  attempted: number
  accepted: number
}

export type LoadOrder =
  | { connect: { target: Target; pairs: Pair[]; senderSockets: boolean } }
  | { run: LoadJob }
  | { tell: 'totals' }

export type WindowEdge = 'opened' | 'closed'

export type LoadReport =
  | { window: WindowEdge }
  | { done: 'connected' }
  | { done: 'result'; result: LoadResult }
  | { done: 'totals'; totals: PairTotal[] }
  | { done: 'failed'; reason: string }
