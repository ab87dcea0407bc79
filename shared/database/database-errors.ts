/** SQLSTATEs and socket errors that say nothing of the statement: the same one may succeed later. */
const TRANSIENT_CLASSES = [
  '08', // connection exception
  '40', // transaction rollback: deadlock, serialization failure
  '53', // insufficient resources
  '57', // operator intervention: shutdown, statement timeout
  '58', // system error
]
const TRANSIENT_STATES = [
  '55P03', // lock not available
  '25006', // read-only transaction: a failover is under way
  '0A000', // a kept plan is outdated: a migration came between, and the next connection plans anew
]
const SOCKET_ERRORS = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
]
/** node-postgres gives these no code. */
const CONNECTION_MESSAGES =
  /connection terminated|timeout exceeded when trying to connect|query read timeout|client has encountered a connection error|client was closed/i

export function isTransientDatabaseError(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isTransientDatabaseError)
  if (!(error instanceof Error)) return false
  const code = (error as { code?: unknown }).code
  if (typeof code !== 'string') return CONNECTION_MESSAGES.test(error.message)
  return (
    SOCKET_ERRORS.includes(code) ||
    TRANSIENT_STATES.includes(code) ||
    (code.length === 5 && TRANSIENT_CLASSES.includes(code.slice(0, 2)))
  )
}

const INSUFFICIENT_PRIVILEGE = '42501'

export function isInsufficientPrivilege(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === INSUFFICIENT_PRIVILEGE
}

const UNIQUE_VIOLATION = '23505'

export function isUniqueViolation(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === UNIQUE_VIOLATION
}
