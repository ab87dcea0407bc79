import { ProblemError } from '../../shared/contract/problems.ts'

/** What is compressed is not read: it may become of any length. 415, and what is taken instead (RFC 9110 §15.5.16). */
export function requirePlainBytes(contentEncoding: string | undefined): void {
  if (contentEncoding === undefined || contentEncoding.toLowerCase() === 'identity') return
  throw new ProblemError(415, 'the body must not be compressed', {
    headers: { 'Accept-Encoding': 'identity' },
  })
}
