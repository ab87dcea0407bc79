import type { CommandOutcome, FailureCode } from '../../shared/contract/commands.ts'
import { ProblemError } from '../../shared/contract/problems.ts'
import type { IngressContext } from './context.ts'

const MAX_WAIT_SECONDS = 10

/** Most routes wait this long without being asked, so that a GET after them sees what they did. */
export const DEFAULT_WAIT_SECONDS = 2

/** `Prefer: wait=<seconds>` (RFC 7240 §4.3), at most 10; otherwise what the route does unasked. */
export function waitSecondsOf(c: IngressContext, unasked: number): number {
  const wait = c.req.header('prefer')?.match(/(?:^|[,;])\s*wait\s*=\s*"?(\d{1,6})"?\s*(?:$|[,;])/i)?.[1]
  if (wait === undefined) return unasked
  const seconds = Math.min(Number(wait), MAX_WAIT_SECONDS)
  c.get('headers')['Preference-Applied'] = `wait=${seconds}`
  return seconds
}

const FAILURE_STATUS: Record<FailureCode, number> = {
  recipient_not_found: 404,
  conversation_not_found: 404,
  message_not_found: 404,
  reply_not_found: 422,
  id_conflict: 409,
  rejected: 422,
}

/** Passes a good outcome on, and turns a bad one into its problem. */
export function requireSuccess(outcome: CommandOutcome | undefined) {
  if (outcome && !outcome.ok) throw new ProblemError(FAILURE_STATUS[outcome.code], outcome.detail)
  return outcome
}
