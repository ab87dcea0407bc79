import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createDurationReader } from '../../shared/media/read-duration.ts'
import { createMp4, createOgg, createWav } from '../support/recordings.ts'

async function durationOf(file: Uint8Array, chunkBytes = 64 * 1024): Promise<number | undefined> {
  const reader = createDurationReader()
  for (let at = 0; at < file.length; at += chunkBytes) await reader.write(file.subarray(at, at + chunkBytes))
  return reader.end()
}

test.each([
  ['a WAV', createWav(2.5), 2.5],
  ['an Opus recording', createOgg(7.25), 7.25],
  ['an MP4 that tells its tracks first', createMp4({ seconds: 12.5, mediaBytes: 300_000 }), 12.5],
  ['an MP4 that tells its tracks last', createMp4({ seconds: 3, mediaBytes: 300_000, isLast: true }), 3],
])('how long %s is, however its bytes come', async (_, file, seconds) => {
  expect(await durationOf(file)).toBe(seconds)
  expect(await durationOf(file, 999)).toBe(seconds)
})

test.each([
  ['nothing', Buffer.alloc(0)],
  ['zeros', Buffer.alloc(3_000_000)],
  ['noise', randomBytes(3_000_000)],
  ['a WAV cut in its head', createWav(2).subarray(0, 20)],
  ['a box of four gigabytes', Buffer.from('0000001066747970697336d6d00000000ffffffff6d6f6f76', 'hex')],
  [
    'an ID3 tag of 200 MB',
    Buffer.concat([Buffer.from('4944330300007f7f7f7f', 'hex'), randomBytes(3_000_000)]),
  ],
])('%s tells none, and is read to its end', async (_, file) => {
  expect(await durationOf(file)).toBeUndefined()
})
