import { CERTIFICATE_PROBLEM } from './database-errors.ts'

/**
 * What is wrong with a database that cannot be used, in one line that says how to mend it; undefined for errors that
 * say nothing of the connection. It names host and login, never the password.
 */
export function explainDatabaseError(error: unknown, databaseUrl: string): string | undefined {
  if (error instanceof AggregateError) return explainDatabaseError(error.errors[0], databaseUrl)
  if (!(error instanceof Error)) return undefined
  const { host, hostname, username, pathname, searchParams } = new URL(databaseUrl)
  const { code, path } = error as NodeJS.ErrnoException
  if (typeof code === 'string') {
    if (path !== undefined && path === searchParams.get('sslrootcert'))
      return `${path} cannot be read (${code}); ${CHECK_TLS}`
    if (CERTIFICATE_PROBLEM.test(code))
      return `PostgreSQL at ${host} shows a certificate that is not accepted (${error.message}); ${CHECK_TLS}`
    const socketProblem = SOCKET_PROBLEMS[code]
    if (socketProblem)
      return `PostgreSQL cannot be reached at ${host}: ${socketProblem} (${code}); check DATABASE_URL and that it runs`
    switch (code) {
      case '28P01':
      case '28000':
        return `PostgreSQL at ${host} does not let ${username || 'this account'} in: ${error.message}; check DATABASE_URL`
      case '3D000':
        return `PostgreSQL at ${host} has no database ${pathname.slice(1)}; check DATABASE_URL`
      case '53300':
        return `PostgreSQL at ${host} has no connection left; lower DATABASE_POOL_SIZE or raise max_connections`
      case '57P03':
        return `PostgreSQL at ${host} is starting or recovering; try again in a moment`
      case '25006':
        return `PostgreSQL at ${host} is a read-only replica; check DATABASE_URL, or wait for the failover to end`
      case '42501':
        return `${username || 'this account'} may not do this at ${host}: ${error.message}; use the login that owns the schema`
      default:
        return undefined
    }
  }
  if (/does not support SSL/.test(error.message)) return `PostgreSQL at ${host} speaks no TLS; ${CHECK_TLS}`
  if (/timeout|terminated/i.test(error.message))
    return `PostgreSQL at ${host} does not answer (${error.message}); check ${hostname}, its security group and its load`
  return undefined
}

/** Runs what uses the database; an error that can be explained is thrown as its explanation. */
export async function withExplanation<T>(databaseUrl: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    const explanation = explainDatabaseError(error, databaseUrl)
    throw explanation === undefined ? error : new Error(explanation, { cause: error })
  }
}

const CHECK_TLS = 'check sslmode and sslrootcert of DATABASE_URL'

const SOCKET_PROBLEMS: Record<string, string> = {
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'it closed the connection',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'its name cannot be looked up',
  ETIMEDOUT: 'no answer',
  EHOSTUNREACH: 'no way leads there',
  ENETUNREACH: 'no way leads there',
  ENOENT: 'there is no such socket',
}
