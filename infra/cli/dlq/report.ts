import { describeError } from '../../../shared/errors.ts'
import type { Report } from './action.ts'
import { toJson } from './describe.ts'
import type { Found } from './open-queues.ts'

export const NO_MATCH = 'no dead letters match'

/** What became of one letter. */
export interface Outcome {
  found: Found
  status: 'redriven' | 'discarded' | 'failed'
  error?: string
}

export function failed(found: Found, error: unknown): Outcome {
  return { found, status: 'failed', error: describeError(error) }
}

/** Tells what was done, in one line for people; what failed stays where it was. */
export function reportOutcomes(outcomes: Outcome[], done: string, asJson: boolean): Report {
  const failures = outcomes.filter(({ status }) => status === 'failed')
  const summary = outcomes.length === 0 ? NO_MATCH : `${outcomes.length - failures.length} ${done}`
  return {
    output: asJson
      ? outcomes.map(({ found, status, error }) => JSON.stringify({ ...toJson(found), status, error }))
      : [summary],
    notes: failures.map(({ found, error }) => `${found.letter.id}: ${error}`),
    failure: failures.length === 0 ? undefined : `${failures.length} failed and stay where they were`,
  }
}
