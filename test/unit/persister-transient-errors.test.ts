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
  ['a missing column', withCode('42703')],
  ['a missing right', withCode('42501')],
  ['a bug', new TypeError('x is not a function')],
  ['no error at all', 'Connection terminated'],
])('%s never does', (_, error) => {
  expect(isTransientDatabaseError(error)).toBe(false)
})
