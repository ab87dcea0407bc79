import { randomBytes } from 'node:crypto'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { createImageIntake } from '../../services/ingress/image-intake.ts'
import type { MediaStore } from '../../shared/media/media-store.ts'
import { claimSize, createAnimation, createPhoto, gradient } from '../support/image-samples.ts'
import { MP4, PNG } from '../support/media-samples.ts'
import { ANN, BASE_URL, MB, prepareUploads } from './upload-fixture.ts'

const { serve, stored, storedKeys, expectNothingStored, media, calls } = prepareUploads()
const PHOTO = await createPhoto()

test('a photo stands upright, tells nothing of place and device, and has a thumbnail', async () => {
  const { upload } = await serve()
  const { status, body } = await upload(ANN, { bytes: PHOTO, name: '../../../etc/passwd' })
  expect(status).toBe(201)
  const name = body.data.url.slice(0, -'.jpg'.length)
  expect(name).toMatch(new RegExp(`^${BASE_URL}/1/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}$`))
  const { contentType, bytes } = await stored(body.data.url)
  expect(body.data).toEqual({
    url: `${name}.jpg`,
    mediaThumbnailUrl: `${name}-thumbnail.webp`,
    contentType: 'image/jpeg',
    size: bytes.length,
    width: 600,
    height: 800,
  })
  expect(contentType).toBe('image/jpeg')
  const image = await sharp(bytes).metadata()
  expect(image).toMatchObject({ format: 'jpeg', width: 600, height: 800 })
  expect([image.exif, image.xmp, image.iptc, image.orientation]).toEqual(Array(4).fill(undefined))
  expect((await sharp(PHOTO).metadata()).exif?.toString('latin1')).toContain('Phone of Ann')
  expect(bytes.toString('latin1')).not.toContain('Phone of Ann')
  // Its left side was dark; turned by a quarter that is the top.
  const [top, bottom] = await Promise.all([0, 790].map(y => brightness(bytes, y)))
  expect(top).toBeLessThan(20)
  expect(bottom).toBeGreaterThan(235)

  const thumbnail = await stored(body.data.mediaThumbnailUrl)
  expect(thumbnail.contentType).toBe('image/webp')
  expect(await sharp(thumbnail.bytes).metadata()).toMatchObject({ format: 'webp', width: 300, height: 400 })
})

async function brightness(bytes: Buffer, top: number): Promise<number> {
  const area = { left: 0, top, width: 600, height: 10 }
  const { data } = await sharp(bytes).extract(area).raw().toBuffer({ resolveWithObject: true })
  return data.reduce((sum, value) => sum + value, 0) / data.length
}

test.each(['png', 'webp'] as const)('a %s keeps its type and what is transparent', async format => {
  const { upload } = await serve()
  const clear = { r: 0, g: 0, b: 0, alpha: 0 }
  const bytes = await sharp({ create: { width: 10, height: 10, channels: 4, background: clear } })
    [format]()
    .toBuffer()
  const { body } = await upload(ANN, { bytes })
  expect(body.data).toMatchObject({ contentType: `image/${format}`, width: 10, height: 10 })
  for (const url of [body.data.url, body.data.mediaThumbnailUrl]) {
    const [pixel] = await sharp((await stored(url)).bytes)
      .extractChannel('alpha')
      .raw()
      .toBuffer()
    expect(pixel).toBe(0)
  }
})

test.each(['gif', 'webp'] as const)(
  'an animated %s goes on moving; its thumbnail stands still',
  async format => {
    const { upload } = await serve()
    const { status, body } = await upload(ANN, { bytes: await createAnimation(format) })
    expect([status, body.data]).toEqual([
      201,
      expect.objectContaining({ contentType: `image/${format}`, width: 100, height: 80 }),
    ])
    expect(await sharp((await stored(body.data.url)).bytes).metadata()).toMatchObject({
      pages: 5,
      delay: [40, 40, 40, 40, 40],
    })
    expect((await sharp((await stored(body.data.mediaThumbnailUrl)).bytes).metadata()).pages).toBeUndefined()
  },
)

test('what is larger than any screen is made smaller', async () => {
  const { upload } = await serve()
  const { body } = await upload(ANN, { bytes: await gradient(4_000, 2_000).jpeg().toBuffer() })
  expect(body.data).toMatchObject({ width: 2_000, height: 1_000 })
})

test('what is hidden behind an image is gone', async () => {
  const { upload } = await serve()
  const page = '<script>alert(document.domain)</script>'
  for (const image of [PHOTO, PNG, await createAnimation('gif')]) {
    const { status, body } = await upload(ANN, { bytes: Buffer.concat([image, Buffer.from(page)]) })
    expect(status).toBe(201)
    expect((await stored(body.data.url)).bytes.toString('latin1')).not.toContain('script')
  }
})

test.each([
  ['a JPEG cut short', PHOTO.subarray(0, PHOTO.length / 2)],
  ['a JPEG that lacks its last line', PHOTO.subarray(0, -100)],
  ['the head of a PNG before a page', Buffer.concat([PNG.subarray(0, 33), Buffer.from('<html></html>')])],
  ['a PNG with a wrong checksum', PNG.with(45, 0)],
  ['noise in the name of a GIF', Buffer.concat([Buffer.from('GIF89a'), randomBytes(500)])],
  [
    'noise in the name of a WebP',
    Buffer.concat([Buffer.from('RIFF\x00\x01\x00\x00WEBPVP8 '), randomBytes(500)]),
  ],
] as const)('%s is 422, and leaves nothing', async (_, bytes) => {
  await expectRefused(bytes, 'is not a complete image')
})

test.each([
  ['60,000 × 60,000 pixels', claimSize(PNG, 60_000, 60_000)],
  ['26 million pixels', claimSize(PNG, 26_000, 1_000)],
])('a PNG of %s is 422, and told how many it may have', async (_, bytes) => {
  await expectRefused(bytes, 'must have at most 25 million pixels, all frames counted')
})

async function expectRefused(bytes: Uint8Array, message: string): Promise<void> {
  const { upload } = await serve()
  await expectNothingStored(async () => {
    const { status, body } = await upload(ANN, { bytes: Buffer.from(bytes), type: 'image/png' })
    expect([status, body.errors]).toEqual([422, [{ path: 'file', message }]])
  })
}

test('a progressive JPEG may have half the pixels of another', async () => {
  const { upload } = await serve()
  const create = { width: 6_500, height: 4_000, channels: 3, background: 'red' } as const
  const [plain, progressive] = await Promise.all(
    [false, true].map(isProgressive => sharp({ create }).jpeg({ progressive: isProgressive }).toBuffer()),
  )
  expect((await upload(ANN, { bytes: plain as Buffer })).status).toBe(201)
  expect((await upload(ANN, { bytes: progressive as Buffer })).status).toBe(422)
})

test('an animation counts with all its frames', async () => {
  const { upload } = await serve()
  const pixels = Buffer.alloc(1_000 * 26_000)
  for (let frame = 0; frame < 26; frame++) pixels.fill(frame * 9, frame * 1e6, (frame + 1) * 1e6)
  const raw = { width: 1_000, height: 26_000, channels: 1, pageHeight: 1_000 } as const
  const bytes = await sharp(pixels, { raw, limitInputPixels: false }).gif().toBuffer()
  const { status, body } = await upload(ANN, { bytes })
  expect([status, body.detail]).toEqual([422, expect.stringContaining('25 million pixels')])
})

test('an image over its own limit is 413, sooner than a video would be', async () => {
  const { upload } = await serve({ images: createImageIntake({ maxImageBytes: MB }) })
  const ofSize = (head: Buffer) => ({ bytes: Buffer.concat([head, randomBytes(MB)]) })
  await expectNothingStored(async () => {
    expect(await upload(ANN, ofSize(PNG))).toMatchObject({ status: 413 })
  })
  expect((await upload(ANN, ofSize(MP4))).status).toBe(201)
})

test.each([
  ['bytes', { maxHeldBytes: 1_000 }],
  ['turns', { maxWaiting: 0, parallel: 0 }],
])('while there is no room for its %s an image is 503, and is taken later', async (_, limits) => {
  const { upload } = await serve({ images: createImageIntake(limits) })
  await expectNothingStored(async () => {
    const { status, headers } = await upload(ANN, { bytes: PHOTO })
    expect([status, headers['retry-after']]).toEqual([503, '2'])
  })
})

test('room that images took is given back, whatever became of them', async () => {
  const images = createImageIntake({ maxHeldBytes: PHOTO.length + 10, maxWaiting: 0, parallel: 1 })
  const { upload, begin, connections } = await serve({ images })
  expect((await upload(ANN, { bytes: PHOTO.subarray(0, 1_000) })).status).toBe(422)
  expect((await upload(ANN, { bytes: Buffer.concat([PHOTO, PHOTO]) })).status).toBe(503)
  const sending = await begin(ANN, PHOTO)
  await expect.poll(connections).toBeGreaterThan(0)
  sending.breakOff()
  await expect.poll(async () => (await upload(ANN, { bytes: PHOTO })).status).toBe(201)
})

test('many images at once are all made anew, one after the other', async () => {
  const { upload } = await serve({ images: createImageIntake({ parallel: 1, maxWaiting: 5 }) })
  const answers = await Promise.all(Array.from({ length: 6 }, () => upload(ANN, { bytes: PHOTO })))
  expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(201))
  expect(new Set(answers.map(({ body }) => body.data.url)).size).toBe(6)
})

test('an image whose thumbnail cannot be stored is taken away', async () => {
  const failing: MediaStore = {
    ...media(),
    async put(object) {
      if (object.key.includes('thumbnail')) throw new Error('no room')
      await media().put(object)
    },
  }
  const { upload } = await serve({ media: failing })
  await expectNothingStored(async () => {
    expect((await upload(ANN, { bytes: PHOTO })).status).toBe(500)
    expect(calls()).toEqual(['PutObject', 'DeleteObject'])
  })
})

test('a client that goes while its image is stored leaves neither image nor thumbnail', async () => {
  const gone = Promise.withResolvers<void>()
  const storing = Promise.withResolvers<void>()
  const slow: MediaStore = {
    ...media(),
    async put(object) {
      await media().put(object)
      if (!object.key.includes('thumbnail')) return
      storing.resolve()
      await gone.promise
    },
  }
  const { begin, connections } = await serve({ media: slow })
  const before = await storedKeys()
  const sending = await begin(ANN, PHOTO)
  sending.end()
  await storing.promise
  sending.breakOff()
  await expect.poll(connections).toBe(0)
  gone.resolve()
  await expect.poll(storedKeys).toEqual(before)
})

test('a name of ten kilobytes is refused as a form, or passed over', async () => {
  const { upload } = await serve()
  for (const name of ['é'.repeat(5_000), '𝒳'.repeat(2_500), '../'.repeat(1_000), 'a\0.php']) {
    const { status, body } = await upload(ANN, { bytes: PNG, name })
    expect([201, 400]).toContain(status)
    if (status === 201) expect(body.data.url).toMatch(/\/1\/[0-9a-f-]{36}\.png$/)
  }
})
