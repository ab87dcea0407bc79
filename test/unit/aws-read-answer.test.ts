import { describe, expect, test } from 'vitest'
import { readAnswer, UnreadableAnswerError } from '../../shared/aws/read-answer.ts'

const lines = (...parts: string[]) => Buffer.from(parts.join('\r\n'))
const TEXT = 'ä 100 % \u{1F600}'
const LENGTH = Buffer.byteLength(TEXT)
/** What can be read of the answer with such headers. */
const read = (...head: string[]) => {
  const answer = readAnswer(lines('HTTP/1.1 200 OK', ...head, '', ''), false)
  if (typeof answer === 'number') throw new Error('not whole')
  return answer
}

const WHOLE: Record<string, Buffer> = {
  'a length': lines('HTTP/1.1 200 OK', 'Server: x', `Content-Length: ${LENGTH}`, '', TEXT),
  'chunks, an extension and a trailer': lines(
    'HTTP/1.1 200 OK',
    'transfer-encoding: chunked',
    '',
    '3;name=value',
    'ä ',
    (LENGTH - 3).toString(16).toUpperCase(),
    TEXT.slice(2),
    '0',
    'X-Checksum: 1',
    '',
    '',
  ),
  'no phrase, and spellings of old': lines('HTTP/1.1 200 ', `CONTENT-LENGTH:${LENGTH}`, '', TEXT),
}

for (const [name, bytes] of Object.entries(WHOLE)) {
  test(`an answer with ${name} is read, and never before its last byte`, () => {
    for (let length = 0; length < bytes.length; length++) {
      const expected = readAnswer(bytes.subarray(0, length), false)
      expect(expected).toBeTypeOf('number')
      expect(expected).toBeGreaterThan(length)
      expect(expected).toBeLessThanOrEqual(bytes.length)
    }
    expect(readAnswer(bytes, false)).toMatchObject({ status: 200, body: TEXT, isKept: true })
  })
}

test('an answer without a length ends with its connection', () => {
  const bytes = lines('HTTP/1.1 200 OK', 'Server: x', '', TEXT)
  expect(readAnswer(bytes, false)).toBe(bytes.length + 1)
  expect(readAnswer(bytes, true)).toMatchObject({ status: 200, body: TEXT, isKept: false })
})

test('an answer cut off by the end of its connection is none', () => {
  const [whole, chunked] = Object.values(WHOLE) as [Buffer, Buffer]
  expect(readAnswer(whole.subarray(0, -1), true)).toBe(whole.length)
  expect(readAnswer(chunked.subarray(0, -1), true)).toBe(chunked.length)
})

describe('whether the connection is kept', () => {
  test.each([
    [true, ['Server: x']],
    [true, ['Connection: keep-alive']],
    [true, ['X-Connection: close']],
    [false, ['Connection: close']],
    [false, ['connection:Close']],
    [false, ['CONNECTION:\tclose ']],
    [false, ['Connection: keep-alive, close']],
  ])('%s for %j', (kept, head) => expect(read(...head, 'Content-Length: 0').isKept).toBe(kept))

  test('never by HTTP/1.0', () => {
    const answer = readAnswer(lines('HTTP/1.0 200 OK', 'Content-Length: 0', '', ''), false)
    expect(answer).toMatchObject({ isKept: false })
  })
})

test('how long a quiet connection is kept open is read where it is told', () => {
  expect(read('Keep-Alive: timeout=5', 'Content-Length: 0').keepAliveMs).toBe(5_000)
  expect(read('Keep-Alive: max=10, timeout=72', 'Content-Length: 0').keepAliveMs).toBe(72_000)
  expect(read('Content-Length: 0').keepAliveMs).toBeUndefined()
})

test('blanks around a length and a coding are none of it', () => {
  expect(read('Content-Length:\t0 \t').body).toBe('')
  const chunked = lines('HTTP/1.1 200 OK', 'Transfer-Encoding:\tchunked \t', '', '1 ;x=y', 'a', '0', '', '')
  expect(readAnswer(chunked, false)).toMatchObject({ body: 'a' })
})

test('204 and 304 have no body, whatever they say', () => {
  expect(readAnswer(lines('HTTP/1.1 204 No Content', '', ''), false)).toMatchObject({ status: 204, body: '' })
  const unchanged = lines('HTTP/1.1 304 Not Modified', 'Content-Length: 9', '', '')
  expect(readAnswer(unchanged, false)).toMatchObject({ status: 304, body: '' })
})

test.each([
  ['another protocol', lines('RTSP/1.0 200 OK', 'Content-Length: 0', '', '')],
  ['an interim answer', lines('HTTP/1.1 100 Continue', '', '')],
  ['a status that is none', lines('HTTP/1.1 20 OK', 'Content-Length: 0', '', '')],
  ['a status of four digits', lines('HTTP/1.1 2000 OK', 'Content-Length: 0', '', '')],
  ['a length twice', lines('HTTP/1.1 200 OK', 'Content-Length: 2', 'Content-Length: 4', '', 'ok')],
  ['a list of lengths', lines('HTTP/1.1 200 OK', 'Content-Length: 2, 2', '', 'ok')],
  ['a length that is no number', lines('HTTP/1.1 200 OK', 'Content-Length: 2x', '', 'ok')],
  ['a length beyond all answers', lines('HTTP/1.1 200 OK', 'Content-Length: 99999999999999999999', '', '')],
  ['headers without an end', Buffer.alloc(70_000, 'HTTP/1.1 200 OK\r\nX: y')],
  ['two answers', lines('HTTP/1.1 200 OK', 'Content-Length: 1', '', 'ab')],
  ['a coding that is not known', lines('HTTP/1.1 200 OK', 'Transfer-Encoding: gzip, chunked', '', '')],
  ['a chunk without a size', lines('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '', 'x', '')],
  ...['-6', '-2', '0x2', '2x', '', 'ffffffffffffffff'].map((size): [string, Buffer] => [
    `a chunk of the size "${size}"`,
    lines('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '', size, 'ok', '0', '', ''),
  ]),
  ['a coding twice', lines('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', 'Transfer-Encoding: x', '', '')],
  [
    'a length and a coding',
    lines('HTTP/1.1 200 OK', 'Content-Length: 7', 'Transfer-Encoding: chunked', '', '0', '', ''),
  ],
  [
    'a chunk longer than its size',
    lines('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '', '1', 'abcd', '0', '', ''),
  ],
])('%s is refused', (_, bytes) => {
  expect(() => readAnswer(bytes, false)).toThrow(UnreadableAnswerError)
})
