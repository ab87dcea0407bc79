import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeBody } from '../../shared/messaging/encode-body.ts'

/** What every SQS takes as it is, emulators included: emoji are not among it. */
const CARRIED = /^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD]*$/

test.each([
  ['U+FFFE and U+FFFF', '\uFFFE\uFFFF a \uFFFE', '"\\ufffe\\uffff a \\ufffe"'],
  ['NUL and other control characters', '\0\u0001\u001F', '"\\u0000\\u0001\\u001f"'],
  ['line ends and tabs', '\r\n\t', '"\\r\\n\\t"'],
  ['lone surrogates', '\uD83D \uDE00', '"\\ud83d \\ude00"'],
  ['whole surrogate pairs', '😀', '"\\ud83d\\ude00"'],
  ['an escape that was written out, as it is', '\\ufffe', '"\\\\ufffe"'],
])('%s are spelt so that queues carry them', (_, text, body) => {
  expect(encodeBody(text)).toBe(body)
  expect(encodeBody(text)).toMatch(CARRIED)
  expect(JSON.parse(encodeBody(text))).toBe(text)
})

test('whatever goes in, keys included, queues carry it and it comes out the same', () => {
  const anyText = fc.string({ unit: fc.nat(0xffff).map(unit => String.fromCharCode(unit)) })
  const oddText = fc.string({
    unit: fc.constantFrom('\uFFFE', '\uFFFF', '\0', '\uD800', '\uDC00', '\\', '"', 'u'),
  })
  fc.assert(
    fc.property(anyText, oddText, (value, key) => {
      const body = encodeBody({ value, [`k${key}`]: [value] })
      expect(body).toMatch(CARRIED)
      expect(JSON.parse(body)).toEqual({ value, [`k${key}`]: [value] })
    }),
  )
})
