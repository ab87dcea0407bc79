import { GetObjectTaggingCommand, S3Client } from '@aws-sdk/client-s3'
import sharp from 'sharp'
import { expect, inject, test } from 'vitest'
import { type ChatUser, callApi, createPair, createUsers, queryDatabase } from '../support/chat-user.ts'
import { clientSettings } from '../support/client-settings.ts'
import { createPhoto } from '../support/image-samples.ts'
import { MP4, PNG } from '../support/media-samples.ts'
import { plainUrl } from '../support/plain-url.ts'
import { createOgg } from '../support/recordings.ts'

function upload({ token }: ChatUser, content: Buffer, name = 'file') {
  const form = new FormData()
  form.set('file', new Blob([new Uint8Array(content)]), name)
  return callApi('POST', '/upload', { authorization: `Bearer ${token}` }, form)
}

test('an uploaded photo can be sent, and whoever is given its address can look at it', async () => {
  const [ann, ben] = await createPair()
  const phone = await ben.openSocket()
  const { status, body } = await upload(ann, await createPhoto(), 'photo.jpg')
  expect([status, body.data.contentType]).toEqual([201, 'image/jpeg'])
  const { url, mediaThumbnailUrl } = body.data
  const message = { recipientId: ben.id, contentType: 'image', mediaUrl: url, mediaThumbnailUrl }
  const stored = await ann.sendMessage(message)
  const pushed = await phone.waitForMessage(stored.id)
  const { body: listed } = await ben.get(`/conversations/${stored.conversationId}/messages`)
  const { body: found } = await ben.get(`/conversations/${stored.conversationId}`)
  for (const shown of [stored, pushed.data, listed.data[0], found.data.lastMessage]) {
    for (const [given, uploaded] of [
      [shown.mediaUrl, url],
      [shown.mediaThumbnailUrl, mediaThumbnailUrl],
    ]) {
      expect(plainUrl(given)).toBe(plainUrl(uploaded))
      expect(Object.fromEntries(new URL(given).searchParams)).toMatchObject({
        'X-Amz-Expires': '86400',
        'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
      })
    }
    const answer = await fetch(shown.mediaUrl)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
    const image = await sharp(Buffer.from(await answer.arrayBuffer())).metadata()
    expect([image.width, image.height, image.exif]).toEqual([600, 800, undefined])
  }
  const [row] = await queryDatabase<{ media_url: string }>('SELECT media_url FROM messages WHERE id = $1', [
    stored.id,
  ])
  expect(row?.media_url).toBe(plainUrl(url))
  const { status: copied } = await ben.post('/messages', { ...message, recipientId: ann.id })
  expect(copied).toBe(422)
})

test('the length of a voice message is told', async () => {
  const [ann] = await createUsers(1)
  const { body } = await upload(ann as ChatUser, createOgg(4.5), 'voice.ogg')
  expect(body.data).toMatchObject({ contentType: 'audio/ogg', duration: 4.5 })
})

test('a video of many parts plays from any place', async () => {
  const [ann] = await createUsers(1)
  const video = Buffer.concat([MP4, Buffer.alloc(20 * 1024 * 1024, 'frame')])
  const { status, body } = await upload(ann as ChatUser, video)
  expect([status, body.data.size]).toEqual([201, video.length])
  const place = 17 * 1024 * 1024
  const answer = await fetch(body.data.url, { headers: { range: `bytes=${place}-${place + 99}` } })
  expect([answer.status, answer.headers.get('content-type')]).toEqual([206, 'video/mp4'])
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(video.subarray(place, place + 100))
})

test('the address is one that a browser on this machine can reach', async () => {
  const [ann] = await createUsers(1)
  const { body } = await upload(ann as ChatUser, PNG)
  expect(plainUrl(body.data.url)).toMatch(
    /^http:\/\/localhost:\d+\/[a-z0-9-]*growzone-chat-media\/\d+\/[0-9a-f-]{36}\.png$/,
  )
  expect(body.data.url.startsWith((inject('stack').MEDIA_ORIGINS as string).split(',')[0] as string)).toBe(
    true,
  )
})

async function presign({ post }: ChatUser, contentType: string, size: number) {
  return post('/uploads', { contentType, size })
}

function sendForm(
  { uploadUrl, fields }: { uploadUrl: string; fields: Record<string, string> },
  content: Buffer,
) {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  form.set('file', new Blob([new Uint8Array(content)]))
  return fetch(uploadUrl, { method: 'POST', body: form })
}

test('a video goes straight to the bucket with a form that is good for it alone', async () => {
  const [ann, ben] = await createUsers(2)
  if (!ann || !ben) throw new Error('no users')
  const { status, body } = await presign(ann, 'video/mp4', MP4.length)
  expect(status).toBe(201)
  const left = Date.parse(body.data.expiresAt) - Date.now()
  expect(left).toBeGreaterThan(290_000)
  expect(left).toBeLessThanOrEqual(300_000)

  // The embedded S3 takes whatever comes; AWS holds the form to this.
  const policy = JSON.parse(Buffer.from(body.data.fields.Policy, 'base64').toString())
  expect(policy.expiration.slice(0, 16)).toBe(body.data.expiresAt.slice(0, 16))
  expect(policy.conditions).toEqual(
    expect.arrayContaining([
      ['content-length-range', MP4.length, MP4.length],
      { 'Content-Type': 'video/mp4' },
      { key: body.data.fields.key },
      { bucket: expect.any(String) },
    ]),
  )
  expect(body.data.fields.key).toMatch(new RegExp(`^${ann.id}/[0-9a-f-]{36}\\.mp4$`))
  expect((await sendForm(body.data, MP4)).status).toBe(204)
  const message = { recipientId: ben.id, contentType: 'video', mediaUrl: body.data.url }
  expect(plainUrl((await ann.sendMessage(message)).mediaUrl as string)).toBe(plainUrl(body.data.url))
  const stored = await fetch(body.data.url)
  expect(stored.headers.get('content-type')).toBe('video/mp4')
  expect(Buffer.from(await stored.arrayBuffer())).toEqual(MP4)
})

test.each([
  ['a page', 'text/html', 100, 415],
  ['a photo, which is made anew elsewhere', 'image/jpeg', 100, 415],
  ['nothing', 'video/mp4', 0, 422],
  ['more than may be', 'video/mp4', 50 * 1024 * 1024 + 1, 413],
])('no form for %s', async (_, contentType, size, status) => {
  const [ann] = await createUsers(1)
  expect((await presign(ann as ChatUser, contentType, size)).status).toBe(status)
})

test('an upload is unused until a message with it is stored', async () => {
  const [ann, ben] = await createPair()
  const { body } = await upload(ann, await createPhoto())
  const addresses = [body.data.url, body.data.mediaThumbnailUrl]
  for (const url of addresses) expect(await tagsOf(url)).toEqual([{ Key: 'state', Value: 'unused' }])
  const [mediaUrl, mediaThumbnailUrl] = addresses
  await ann.sendMessage({ recipientId: ben.id, contentType: 'image', mediaUrl, mediaThumbnailUrl })
  for (const url of addresses) await expect.poll(() => tagsOf(url)).toEqual([])
})

async function tagsOf(url: string) {
  const s3 = new S3Client(clientSettings('S3', inject('stack')))
  const [, Bucket, ...key] = new URL(url).pathname.split('/')
  return (await s3.send(new GetObjectTaggingCommand({ Bucket, Key: key.join('/') }))).TagSet
}
