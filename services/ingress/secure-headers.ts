/**
 * What every answer says for its safety: it is what its type says, it is nobody else's and kept by no cache, and it
 * comes over TLS only. Browsers heed the last only where they came by TLS.
 */
export const ANSWER_HEADERS: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
  'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
}
