import { expect, test, vi } from 'vitest'
import { messageText } from '../../shared/contract/text.ts'

const isAccepted = (text: string) => messageText.safeParse(text).success

test.each([
  ['nothing', '', false],
  ['one character', 'x', true],
  ['5000 characters', 'x'.repeat(5000), true],
  ['5001 characters', 'x'.repeat(5001), false],
  ['5000 emoji, which are 10 000 UTF-16 units', '😀'.repeat(5000), true],
  ['5001 emoji', '😀'.repeat(5001), false],
  ['1666 characters, too few to need counting', 'x'.repeat(1666), true],
  ['1667 characters that NFC makes two each', '\u0958'.repeat(1667), true],
  ['10 000 code points that NFC makes 5000', 'e\u0301'.repeat(5000), true],
  ['10 002 code points that NFC makes 5001', 'e\u0301'.repeat(5001), false],
  ['2500 characters that NFC makes 5000', '\u0958'.repeat(2500), true],
  ['2501 characters that NFC makes 5002', '\u0958'.repeat(2501), false],
  ['20 000 code points that NFC makes 5000', '\u03b1\u0313\u0300\u0345'.repeat(5000), true],
  ['a letter with 512 marks, and 4487 more', `a${'\u0323\u0301'.repeat(256)}${'x'.repeat(4488)}`, true],
  ['a letter with 4999 marks', `x${'\u0301'.repeat(4999)}`, true],
  ['a letter with 5000 marks', `x${'\u0301'.repeat(5000)}`, false],
  ['a letter with 100 000 marks in no order', `x${'\u0301\u0323'.repeat(50_000)}`, false],
  ['a space', ' ', true],
  ['NUL inside', 'a\0b', false],
  ['a lone high surrogate', 'a\uD83D', false],
  ['a lone low surrogate', '\uDE00a', false],
  ['surrogates in the wrong order', '\uDE00\uD83D', false],
])('%s: accepted is %3$s', (_, text, accepted) => {
  expect(isAccepted(text)).toBe(accepted)
})

test('no long run of marks is ever put in order, which would take the square of its length', () => {
  const normalize = vi.spyOn(String.prototype, 'normalize')
  const run = '\u0301\u0323'.repeat(2_000)
  expect(isAccepted(`a${run}b${'\u0301\u0323'.repeat(100)}`)).toBe(true)
  expect(isAccepted(`a${run}b${run}`)).toBe(false)
  const normalized = normalize.mock.contexts.map(String)
  normalize.mockRestore()
  expect(normalized.length).toBeGreaterThan(0)
  expect(normalized.filter(text => /\p{M}{513}/u.test(text))).toEqual([])
})

test.each([
  ['a noncharacter', 'a\uFFFEb\uFFFF'],
  ['control characters', 'a\u0001\u001F\u007F\u0085b'],
  ['a ZWJ family with skin tones', '👩🏽‍👩🏿‍👧🏻‍👦'],
  ['right-to-left with its marks', 'שלום \u202Eabc\u202C עולם'],
  ['decomposed letters, which NFC would compose', 'e\u0301\u0323 가'],
  ['a composition exclusion, which NFC would take apart', '\u0958\u2126'],
  ['a byte order mark and line ends', '\uFEFFa\r\nb\u2028c'],
])('%s is kept as sent', (_, text) => {
  expect(messageText.parse(text)).toBe(text)
})

test.each([[1], [null], [['a']], [{}]])('%j is no text', given => {
  expect(messageText.safeParse(given).success).toBe(false)
})
