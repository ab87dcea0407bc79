import { describe, expect, test } from 'vitest'
import { readAnswer, UnreadableAnswerError } from '../../shared/aws/read-answer.ts'

const lines = (...parts: string[]) => Buffer.from(parts.join('\r\n'))
const TEXT = 'ä 100 % \u{1F600}'
const LENGTH = Buffer.byteLength(TEXT)

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
      expect(readAnswer(bytes.subarray(0, length), false)).toBeUndefined()
    }
    expect(readAnswer(bytes, false)).toMatchObject({ status: 200, body: TEXT, isKept: true })
  })
}

test('an answer without a length ends with its connection', () => {
  const bytes = lines('HTTP/1.1 200 OK', 'Server: x', '', TEXT)
  expect(readAnswer(bytes, false)).toBeUndefined()
  expect(readAnswer(bytes, true)).toMatchObject({ status: 200, body: TEXT, isKept: false })
})

test('an answer cut off by the end of its connection is none', () => {
  const [whole, chunked] = Object.values(WHOLE) as [Buffer, Buffer]
  expect(readAnswer(whole.subarray(0, -1), true)).toBeUndefined()
  expect(readAnswer(chunked.subarray(0, -1), true)).toBeUndefined()
})

describe('whether the connection is kept', () => {
  const isKept = (...head: string[]) => readAnswer(lines(...head, 'Content-Length: 0', '', ''), false)?.isKept
  test.each([
    [true, ['HTTP/1.1 200 OK']],
    [true, ['HTTP/1.1 400 Bad Request', 'Connection: keep-alive']],
    [false, ['HTTP/1.1 200 OK', 'Connection: close']],
    [false, ['HTTP/1.0 200 OK']],
  ])('%s for %j', (kept, head) => expect(isKept(...head)).toBe(kept))
})

test('how long a quiet connection is kept open is read where it is told', () => {
  const keepAliveMs = (...head: string[]) =>
    readAnswer(lines('HTTP/1.1 200 OK', ...head, 'Content-Length: 0', '', ''), false)?.keepAliveMs
  expect(keepAliveMs('Keep-Alive: timeout=5')).toBe(5_000)
  expect(keepAliveMs('Keep-Alive: max=10, timeout=72')).toBe(72_000)
  expect(keepAliveMs()).toBeUndefined()
})

test('204 and 304 have no body, whatever they say', () => {
  expect(readAnswer(lines('HTTP/1.1 204 No Content', '', ''), false)).toMatchObject({ status: 204, body: '' })
  expect(readAnswer(lines('HTTP/1.1 304 Not Modified', 'Content-Length: 9', '', ''), false)?.body).toBe('')
})

test.each([
  ['another protocol', lines('RTSP/1.0 200 OK', 'Content-Length: 0', '', '')],
  ['an interim answer', lines('HTTP/1.1 100 Continue', '', '')],
  ['a status that is none', lines('HTTP/1.1 20 OK', 'Content-Length: 0', '', '')],
  ['two answers', lines('HTTP/1.1 200 OK', 'Content-Length: 1', '', 'ab')],
  ['a coding that is not known', lines('HTTP/1.1 200 OK', 'Transfer-Encoding: gzip, chunked', '', '')],
  ['a chunk without a size', lines('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '', 'x', '')],
  [
    'a chunk longer than its size',
    lines('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '', '1', 'abcd', '0', '', ''),
  ],
])('%s is refused', (_, bytes) => {
  expect(() => readAnswer(bytes, false)).toThrow(UnreadableAnswerError)
})
