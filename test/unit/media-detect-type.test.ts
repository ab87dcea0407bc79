import { expect, test } from 'vitest'
import { detectMediaType } from '../../shared/media/detect-media-type.ts'
import { ALLOWED_SAMPLES, MP4, REFUSED_SAMPLES } from '../support/media-samples.ts'

test.each(Object.entries(ALLOWED_SAMPLES))('%s is told by its content', async (_, sample) => {
  const { head, contentType, extension } = sample
  expect(await detectMediaType(head, 'application/octet-stream')).toEqual({ contentType, extension })
})

test.each(Object.entries(REFUSED_SAMPLES))('%s is refused, whatever the client calls it', async (_, head) => {
  const refusal = expect.objectContaining({
    status: 415,
    message: expect.stringMatching(/may be: image\/jpeg, /),
  })
  await expect(detectMediaType(head, 'image/jpeg')).rejects.toEqual(refusal)
})

test.each(['a HEIC', 'an AVIF'])('whoever sends %s is told to send a JPEG', async name => {
  const head = REFUSED_SAMPLES[name] as Buffer
  await expect(detectMediaType(head, 'image/jpeg')).rejects.toThrow(/image\/(heic|avif) .*convert it to JPEG/)
})

test('an MP4 whose tracks come last is a sound if the client says so', async () => {
  const head = MP4.subarray(0, 32)
  expect(await detectMediaType(head, 'audio/mp4')).toMatchObject({ contentType: 'audio/mp4' })
  expect(await detectMediaType(head, 'video/mp4')).toMatchObject({ contentType: 'video/mp4' })
})

test('what shows a video is none, whatever the client says', async () => {
  expect(await detectMediaType(MP4, 'audio/mp4')).toMatchObject({ contentType: 'video/mp4' })
})
