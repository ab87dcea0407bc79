import { createHash, randomBytes } from 'node:crypto'
import { S3Client } from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { sleep } from '../../shared/lifecycle.ts'
import { createMediaStore, type MediaStore } from '../../shared/media/media-store.ts'
import { ALLOWED_SAMPLES, MP4, REFUSED_SAMPLES } from '../support/media-samples.ts'
import { ANN, BASE_URL, MB, prepareUploads } from './upload-fixture.ts'

const { serve, stored, expectNothingStored, media, calls } = prepareUploads()

const RECORDINGS = Object.entries(ALLOWED_SAMPLES).filter(
  ([, { contentType }]) => !contentType.startsWith('image/'),
)

test.each(RECORDINGS)('%s is stored as it is, under its own type', async (_, sample) => {
  const { upload } = await serve()
  const { status, body } = await upload(ANN, { bytes: sample.head, name: 'x.exe', type: 'text/html' })
  expect(status).toBe(201)
  expect(body).toEqual({
    data: {
      url: expect.stringMatching(
        new RegExp(`^${BASE_URL}/1/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}\\.${sample.extension}$`),
      ),
      contentType: sample.contentType,
      size: sample.head.length,
    },
  })
  expect(await stored(body.data.url)).toEqual({ contentType: sample.contentType, bytes: sample.head })
})

test('a large file arrives whole, in parts', async () => {
  const { upload } = await serve()
  const bytes = Buffer.concat([MP4, randomBytes(12 * MB)])
  const { status, body } = await upload(ANN, { bytes })
  expect([status, body.data.size]).toEqual([201, bytes.length])
  const hash = (of: Buffer) => createHash('sha256').update(of).digest('hex')
  expect(hash((await stored(body.data.url)).bytes)).toBe(hash(bytes))
  expect(calls()).toEqual(expect.arrayContaining(['CreateMultipartUpload', 'CompleteMultipartUpload']))
})

test('other fields are passed over', async () => {
  const { send, form } = await serve()
  const { status } = await send(
    ANN,
    form({ note: 'hi', other: { bytes: randomBytes(9_000) }, file: { bytes: MP4 } }),
  )
  expect(status).toBe(201)
})

test.each(Object.entries(REFUSED_SAMPLES))('%s is 415', async (_, bytes) => {
  const { upload } = await serve()
  await expectNothingStored(async () => {
    const answer = await upload(ANN, { bytes, name: 'photo.jpg', type: 'image/jpeg' })
    expect(answer).toMatchObject({ status: 415, body: { status: 415, instance: '/api/v1/chat/upload' } })
  })
})

test('a large file of the wrong type is read to its end and told', async () => {
  const { upload } = await serve()
  const { status } = await upload(ANN, { bytes: Buffer.alloc(20 * MB, 'x') })
  expect(status).toBe(415)
})

test('no file, an empty one, a text in its place and two of them are 422', async () => {
  const { send, form } = await serve()
  await expectNothingStored(async () => {
    for (const [fields, message] of [
      [{ other: { bytes: MP4 } }, 'is missing'],
      [{ file: 'text' }, 'is missing'],
      [{ file: { bytes: Buffer.alloc(0) } }, 'is empty'],
      [{ file: [{ bytes: MP4 }, { bytes: MP4 }] }, 'must be one file'],
    ] as const) {
      const { status, body } = await send(ANN, form(fields))
      expect([status, body.errors]).toEqual([422, [{ path: 'file', message }]])
    }
  })
})

test('a form that is none, or breaks off, is 400', async () => {
  const { send, form } = await serve()
  const { body, type } = form({ file: { bytes: Buffer.concat([MP4, randomBytes(7 * MB)]) } })
  await expectNothingStored(async () => {
    for (const broken of [
      { type: 'multipart/form-data', body },
      { type: 'multipart/form-data; boundary=other', body },
      { type, body: Buffer.from('no form at all') },
      { type, body: Buffer.alloc(0) },
      { type, body: body.subarray(0, 100) },
      { type, body: body.subarray(0, -100) },
    ])
      expect((await send(ANN, broken)).status).toBe(400)
  })
})

test('a body of another type is 415', async () => {
  const { send } = await serve()
  const { status } = await send(ANN, { type: 'video/mp4', body: MP4 })
  expect(status).toBe(415)
})

test('a file over the limit is 413, its length told or not', async () => {
  const { upload, send, form } = await serve({ uploadMaxBytes: 6 * MB })
  const ofSize = (size: number) => ({ bytes: Buffer.concat([MP4, randomBytes(size - MP4.length)]) })
  expect((await upload(ANN, ofSize(6 * MB))).status).toBe(201)
  await expectNothingStored(async () => {
    expect((await upload(ANN, ofSize(6 * MB + 1))).status).toBe(413)
    expect((await upload(ANN, ofSize(7 * MB))).status).toBe(413)
    expect((await send(ANN, form({ file: ofSize(6 * MB + 1) }), { chunked: true })).status).toBe(413)
    expect((await send(ANN, form({ file: ofSize(9 * MB) }), { chunked: true })).status).toBe(413)
  })
})

test('without a token it is 401 and nothing is stored', async () => {
  const { upload } = await serve()
  await expectNothingStored(async () => {
    const { status, headers } = await upload(undefined, { bytes: MP4 })
    expect([status, headers['www-authenticate']]).toEqual([401, expect.stringMatching(/^Bearer/)])
  })
})

test('while S3 is away it is 503 with a time to try again', async () => {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const s3 = new S3Client({ endpoint: 'http://127.0.0.1:1', region: 'us-east-1', credentials })
  const { upload, logged } = await serve({
    media: createMediaStore(s3, { bucket: 'none', baseUrl: BASE_URL }),
  })
  const large = { bytes: Buffer.concat([MP4, randomBytes(12 * MB)]) }
  for (const file of [{ bytes: MP4 }, large]) {
    const { status, headers, body } = await upload(ANN, file)
    expect([status, Number(headers['retry-after'])]).toEqual([503, 2])
    expect(JSON.stringify(body)).not.toMatch(/127|ECONN/)
  }
  expect(logged.join('')).toContain('ECONNREFUSED')
})

test('a client that breaks off leaves nothing', async () => {
  const { begin } = await serve()
  await expectNothingStored(async () => {
    const sending = await begin(ANN, Buffer.concat([MP4, randomBytes(7 * MB)]))
    await expect.poll(calls).toContain('UploadPart')
    sending.breakOff()
    await expect.poll(calls).toContain('AbortMultipartUpload')
  })
})

test('nor does one that goes when all is sent but the answer', async () => {
  const storing = Promise.withResolvers<void>()
  const gone = Promise.withResolvers<void>()
  const slow: MediaStore = {
    ...media(),
    async put(object) {
      await media().put(object)
      storing.resolve()
      await gone.promise
    },
  }
  const { begin, connections } = await serve({ media: slow })
  await expectNothingStored(async () => {
    const sending = await begin(ANN, MP4)
    sending.end()
    await storing.promise
    sending.breakOff()
    await expect.poll(connections).toBe(0)
    gone.resolve()
    await expect.poll(calls).toContain('DeleteObject')
  })
})

test('what S3 does not take yet is not taken from the client', async () => {
  const release = Promise.withResolvers<void>()
  const stuck: MediaStore = {
    ...media(),
    async put(object) {
      const reading = object.bytes[Symbol.asyncIterator]()
      await reading.next()
      await release.promise
      while (!(await reading.next()).done);
    },
  }
  const { begin, bytesRead } = await serve({ media: stuck })
  const sending = await begin(ANN, Buffer.concat([MP4, randomBytes(40 * MB)]))
  await expect.poll(bytesRead).toBeGreaterThan(0)
  await sleep(500)
  expect(bytesRead()).toBeLessThan(2 * MB)
  release.resolve()
  sending.end()
  expect((await sending.answer).status).toBe(201)
})

test('an upload under way when the drain begins is answered', async () => {
  const { begin, drain, bytesRead } = await serve()
  const sending = await begin(ANN, Buffer.concat([MP4, randomBytes(6 * MB)]))
  await expect.poll(bytesRead).toBeGreaterThan(0)
  const drained = drain()
  sending.end()
  const { status, headers } = await sending.answer
  expect([status, headers.connection]).toEqual([201, 'close'])
  await drained
})
