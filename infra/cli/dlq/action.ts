import type { Progress } from '../progress.ts'
import type { OpenQueues } from './open-queues.ts'

export const ACTIONS = ['list', 'show', 'redrive', 'discard'] as const
export type ActionName = (typeof ACTIONS)[number]

/** Works on the open queues. What it has to say is printed when they are let go of. */
export type Action = (context: Context) => Promise<Report>

export interface Context {
  queues: OpenQueues
  asJson: boolean
  /** Discard without asking. */
  isSure: boolean
  progress: Progress
  signal: AbortSignal
  throwIfInterrupted(): void
}

export interface Report {
  /** On standard output; with --json, objects only. */
  output: string[]
  /** On standard error. */
  notes: string[]
  /** The command fails with this. */
  failure?: string | undefined
}
