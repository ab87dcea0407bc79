import { expect, inject, test } from 'vitest'
import { type ChatUser, callApi, createUsers } from '../support/chat-user.ts'
import { ALLOWED_SAMPLES, PNG } from '../support/media-samples.ts'

function upload({ token }: ChatUser, content: Buffer, name = 'file') {
  const form = new FormData()
  form.set('file', new Blob([new Uint8Array(content)]), name)
  return callApi('POST', '/upload', { authorization: `Bearer ${token}` }, form)
}

test('an uploaded photo can be sent, and whoever has its address can look at it', async () => {
  const [ann, ben] = await createUsers(2)
  if (!ann || !ben) throw new Error('no users')
  const { status, body } = await upload(ann, PNG, 'photo.png')
  expect([status, body.data.contentType, body.data.size]).toEqual([201, 'image/png', PNG.length])
  const message = { recipientId: ben.id, contentType: 'image', mediaUrl: body.data.url }
  expect(await ann.sendMessage(message)).toMatchObject({ mediaUrl: body.data.url, status: 'sent' })

  const answer = await fetch(body.data.url)
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png'])
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(PNG)
})

test('a video of many parts plays from any place', async () => {
  const [ann] = await createUsers(1)
  const head = ALLOWED_SAMPLES['an MP4 video']?.head as Buffer
  const video = Buffer.concat([head, Buffer.alloc(20 * 1024 * 1024, 'frame')])
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
  expect(body.data.url).toMatch(
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

test('a photo goes straight to the bucket with a form that is good for it alone', async () => {
  const [ann, ben] = await createUsers(2)
  if (!ann || !ben) throw new Error('no users')
  const { status, body } = await presign(ann, 'image/png', PNG.length)
  expect(status).toBe(201)
  const left = Date.parse(body.data.expiresAt) - Date.now()
  expect(left).toBeGreaterThan(290_000)
  expect(left).toBeLessThanOrEqual(300_000)

  // The embedded S3 takes whatever comes; AWS holds the form to this.
  const policy = JSON.parse(Buffer.from(body.data.fields.Policy, 'base64').toString())
  expect(policy.expiration.slice(0, 16)).toBe(body.data.expiresAt.slice(0, 16))
  expect(policy.conditions).toEqual(
    expect.arrayContaining([
      ['content-length-range', PNG.length, PNG.length],
      { 'Content-Type': 'image/png' },
      { key: body.data.fields.key },
      { bucket: expect.any(String) },
    ]),
  )
  expect(body.data.fields.key).toMatch(new RegExp(`^${ann.id}/[0-9a-f-]{36}\\.png$`))
  expect((await sendForm(body.data, PNG)).status).toBe(204)
  const message = { recipientId: ben.id, contentType: 'image', mediaUrl: body.data.url }
  expect(await ann.sendMessage(message)).toMatchObject({ mediaUrl: body.data.url })
  const stored = await fetch(body.data.url)
  expect(stored.headers.get('content-type')).toBe('image/png')
  expect(Buffer.from(await stored.arrayBuffer())).toEqual(PNG)
})

test.each([
  ['a page', 'text/html', 100, 415],
  ['nothing', 'image/png', 0, 422],
  ['more than may be', 'video/mp4', 50 * 1024 * 1024 + 1, 413],
])('no form for %s', async (_, contentType, size, status) => {
  const [ann] = await createUsers(1)
  expect((await presign(ann as ChatUser, contentType, size)).status).toBe(status)
})
