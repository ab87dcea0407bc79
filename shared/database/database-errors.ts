/** SQLSTATE classes that say nothing of the statement: the same one may succeed later. */
const TRANSIENT_CLASSES = [
  '08', // connection exception
  '26', // a prepared statement that is not there: a pooler gave us another session
  '28', // the login is refused: its password is being changed
  '3D', // no such database: it is being restored
  '40', // transaction rollback: deadlock, serialization failure
  '53', // insufficient resources
  '55', // not in a state for it: a lock not available, no connections allowed
  '57', // operator intervention: shutdown, statement timeout
  '58', // system error
]
const TRANSIENT_STATES = [
  '25006', // read-only transaction: a failover is under way
  '25P03', // the transaction was idle for too long: this process was frozen
  '0A000', // a kept plan is outdated: a migration came between, and the next connection plans anew
  '42501', // a right is missing, a table or a column: the database is not set up for this release yet
  '42P01',
  '42703',
]
/** Codes of the operating system and of name resolution (`ECONNRESET`, `EAI_AGAIN`). */
const SYSTEM_ERROR = /^E(?!RR_)[A-Z_]+$/
/** As Node.js names what OpenSSL finds wrong with a certificate. */
export const CERTIFICATE_PROBLEM = /CERT|UNABLE_TO_VERIFY_LEAF_SIGNATURE/
/** node-postgres gives these no code. */
const CONNECTION_MESSAGES =
  /connection terminated|timeout exceeded when trying to connect|query read timeout|client has encountered a connection error|client was closed|does not support SSL/i

/** Whether a statement failed for the state of the database or of the way to it, and not for what it says. */
export function isTransientDatabaseError(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isTransientDatabaseError)
  if (!(error instanceof Error)) return false
  const code = (error as { code?: unknown }).code
  if (typeof code !== 'string') return CONNECTION_MESSAGES.test(error.message)
  return (
    SYSTEM_ERROR.test(code) ||
    CERTIFICATE_PROBLEM.test(code) ||
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
