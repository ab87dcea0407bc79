/** What an error of a call to AWS means for whoever has to mend it. */
export interface AwsProblem {
  /** `denied`: AWS answered and refused for want of rights; `away`: nobody could be asked. */
  kind: 'denied' | 'away' | 'other'
  detail: string
}

const DENIED = /AccessDenied|AuthorizationError|NotAuthorized|UnauthorizedOperation|Forbidden|^403$/
const NO_CREDENTIALS =
  /CredentialsProvider|ExpiredToken|InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch/
const AWAY = /ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|TimeoutError/

export function explainAwsError(error: unknown): AwsProblem {
  if (error instanceof AggregateError && error.errors.length > 0) return explainAwsError(error.errors[0])
  if (!(error instanceof Error)) return { kind: 'other', detail: String(error) }
  const { code, $metadata } = error as { code?: unknown; $metadata?: { httpStatusCode?: number } }
  const names = `${error.name} ${typeof code === 'string' ? code : ''}`.trim()
  const message = error.message.split('\n')[0] ?? ''
  if (NO_CREDENTIALS.test(names))
    return { kind: 'other', detail: `the credentials are missing or refused (${names}: ${message})` }
  if (DENIED.test(names) || $metadata?.httpStatusCode === 403)
    return { kind: 'denied', detail: message || names }
  if (AWAY.test(names) || AWAY.test(message)) return { kind: 'away', detail: message || names }
  return { kind: 'other', detail: message && message !== names ? `${names}: ${message}` : names }
}
