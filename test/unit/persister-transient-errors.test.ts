import { expect, test } from 'vitest'
import { isTransientDatabaseError } from '../../shared/database/database-errors.ts'

const withCode = (code: string) => Object.assign(new Error('failed'), { code })

test.each([
  ['deadlock', withCode('40P01')],
  ['serialization failure', withCode('40001')],
  ['connection failure', withCode('08006')],
  ['too many connections', withCode('53300')],
  ['disk full', withCode('53100')],
  ['shutdown', withCode('57P01')],
  ['statement timeout', withCode('57014')],
  ['starting up', withCode('57P03')],
  ['lock timeout', withCode('55P03')],
  ['a standby just after a failover', withCode('25006')],
  ['a password that is being changed', withCode('28P01')],
  ['a database that is being restored', withCode('3D000')],
  ['a database that lets nobody in', withCode('55000')],
  ['a statement prepared in another session', withCode('26000')],
  ['a transaction left alone for too long', withCode('25P03')],
  ['a table that a migration is to make', withCode('42P01')],
  ['a column that a migration is to make', withCode('42703')],
  ['a right that is not given yet', withCode('42501')],
  ['a certificate that is not accepted', withCode('SELF_SIGNED_CERT_IN_CHAIN')],
  ['a server without TLS', new Error('The server does not support SSL connections')],
  ['TLS that breaks', withCode('EPROTO')],
  ['no file descriptor left', withCode('EMFILE')],
  ['nobody listening', withCode('ECONNREFUSED')],
  ['a reset', withCode('ECONNRESET')],
  [
    'every address of a host refused',
    new AggregateError([withCode('EHOSTUNREACH'), withCode('ECONNREFUSED')]),
  ],
  ['a connection that ended', new Error('Connection terminated unexpectedly')],
  ['a pool with no connection left', new Error('timeout exceeded when trying to connect')],
  ['an answer that did not come', new Error('Query read timeout')],
])('%s may pass', (_, error) => {
  expect(isTransientDatabaseError(error)).toBe(true)
})

test.each([
  ['a unique violation', withCode('23505')],
  ['a foreign key violation', withCode('23503')],
  ['a NUL in a text', withCode('22021')],
  ['a number out of range', withCode('22003')],
  ['a statement that is wrong', withCode('42601')],
  ['a wrong argument', withCode('ERR_INVALID_ARG_TYPE')],
  ['a bug', new TypeError('x is not a function')],
  ['no error at all', 'Connection terminated'],
])('%s never does', (_, error) => {
  expect(isTransientDatabaseError(error)).toBe(false)
})
