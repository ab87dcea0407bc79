import { expect, test } from 'vitest'
import { readAudit } from '../attack/read-audit.ts'

const print = (report: object) => JSON.stringify(report)

test('every package with a known weakness is told, with its range and how bad it is', () => {
  const weak = { ws: { severity: 'high', range: '<8.21.0' }, hono: { severity: 'low', range: '<4.13.5' } }
  expect(readAudit(print({ metadata: {}, vulnerabilities: weak }))).toEqual({
    weaknesses: 2,
    lines: [
      'ws <8.21.0: high',
      'hono <4.13.5: low',
      expect.stringMatching(/^2 packages with known weaknesses/),
    ],
  })
})

test('where none is known, that is said', () => {
  const { weaknesses, lines } = readAudit(print({ metadata: {}, vulnerabilities: {} }))
  expect([weaknesses, lines]).toEqual([0, [expect.stringMatching(/^0 packages/)]])
})

test.each([
  [
    'a registry that refuses',
    print({ message: '405 Method Not Allowed', statusCode: 405 }),
    '405 Method Not Allowed',
  ],
  ['a page', '<html>', 'no answer'],
  ['nothing', '', 'no answer'],
  ['no npm', null, 'no answer'],
])('%s leaves it unchecked, which is not the same as sound', (_, printed, reason) => {
  expect(readAudit(printed)).toEqual({
    weaknesses: undefined,
    lines: [`not checked, for the registry does not tell: ${reason}`],
  })
})
