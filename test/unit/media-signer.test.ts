import { generateKeyPairSync, verify } from 'node:crypto'
import { S3Client } from '@aws-sdk/client-s3'
import { expect, test, vi } from 'vitest'
import { presignGet } from '../../shared/aws/presign-get.ts'
import { acceptMessage } from '../../shared/contract/accept-command.ts'
import { someConversation } from '../../shared/contract/examples.ts'
import { sendMessageBody } from '../../shared/contract/requests.ts'
import { createSigner as createConfiguredSigner } from '../../shared/media/create-signer.ts'
import { createMediaSigner, type SigningSettings } from '../../shared/media/media-signer.ts'
import { createCloudFrontSigner } from '../../shared/media/sign-for-cloudfront.ts'

const ORIGIN = 'https://media.example/chat/'
const PHOTO = `${ORIGIN}1/a.jpg`
const HOUR_MS = 3_600_000

function messageWith(body: object) {
  const parsed = sendMessageBody.parse({ recipientId: 2, contentType: 'text', textContent: 'hi', ...body })
  return acceptMessage(1, parsed, { mediaOrigins: [ORIGIN] }).pending
}

function createSigner(options: Partial<SigningSettings> = {}) {
  const clock = { now: Date.UTC(2026, 0, 1, 3, 0) }
  const sign = vi.fn<SigningSettings['sign']>(
    async (url, { atMs, lifetimeSeconds }) => `${url}?until=${atMs / 1000 + lifetimeSeconds}`,
  )
  const settings = { origin: ORIGIN, lifetimeSeconds: 86_400, sign, now: () => clock.now, ...options }
  return { clock, sign, signer: createMediaSigner(settings) }
}

const expiryOf = (url: string) => Number(new URL(url).searchParams.get('until')) * 1000

test('for half its lifetime a file has one address, which then is good for another half at least', async () => {
  const { clock, sign, signer } = createSigner()
  const first = await signer.url(PHOTO)
  clock.now += 8.9 * HOUR_MS
  expect(await signer.url(PHOTO)).toBe(first)
  expect(sign).toHaveBeenCalledTimes(1)
  clock.now += 0.2 * HOUR_MS
  const second = await signer.url(PHOTO)
  expect(second).not.toBe(first)
  for (let hours = 0; hours < 48; hours++) {
    clock.now += HOUR_MS
    const left = expiryOf(await signer.url(PHOTO)) - clock.now
    expect(left).toBeGreaterThanOrEqual(12 * HOUR_MS)
    expect(left).toBeLessThanOrEqual(24 * HOUR_MS)
  }
})

test('two processes give the same address', async () => {
  expect(await createSigner().signer.url(PHOTO)).toBe(await createSigner().signer.url(PHOTO))
})

test('what cannot be signed is tried again', async () => {
  const sign = vi.fn().mockRejectedValueOnce(new Error('no credentials')).mockResolvedValue('signed')
  const { signer } = createSigner({ sign })
  await expect(signer.url(PHOTO)).rejects.toThrow('no credentials')
  expect(await signer.url(PHOTO)).toBe('signed')
})

test('what lies elsewhere stays as it is', async () => {
  const { signer } = createSigner()
  for (const url of ['https://other.example/chat/1/a.jpg', 'https://media.example/chat-2/a.jpg'])
    expect(await signer.url(url)).toBe(url)
})

test('a query that was stored with an address gives way to the signature', async () => {
  const { signer } = createSigner()
  expect(await signer.url(`${PHOTO}?v=1#top`)).toBe(await signer.url(PHOTO))
})

test('a message without media is given as it is; of one with media only the addresses change', async () => {
  const { sign, signer } = createSigner()
  const text = messageWith({})
  expect(await signer.message(text)).toBe(text)
  const deleted = { id: text.id, seq: 1, version: 2, deleted: true } as const
  expect(await signer.message(deleted)).toBe(deleted)
  expect(await signer.conversation(someConversation)).toEqual(someConversation)
  expect(sign).not.toHaveBeenCalled()
  const image = messageWith({ contentType: 'image', mediaUrl: PHOTO, mediaThumbnailUrl: `${ORIGIN}1/b.webp` })
  const shown = await signer.message(image)
  expect(shown).toEqual({
    ...image,
    mediaUrl: expect.stringContaining(`${PHOTO}?until=`),
    mediaThumbnailUrl: expect.stringContaining(`${ORIGIN}1/b.webp?until=`),
  })
  const video = messageWith({ contentType: 'video', mediaUrl: PHOTO })
  expect((await signer.message(video)).mediaThumbnailUrl).toBeNull()
  const conversation = await signer.conversation({ ...someConversation, lastMessage: image })
  expect(conversation).toEqual({ ...someConversation, lastMessage: shown })
})

test('a signed address that is sent back stands for the plain one', async () => {
  const { signer } = createSigner()
  const again = messageWith({ contentType: 'image', mediaUrl: await signer.url(PHOTO) })
  expect(again.mediaUrl).toBe(PHOTO)
})

/** Of AWS’s own documentation of signatures in a query. */
test('a GET from S3 has the signature that AWS publishes for it', () => {
  const credentials = {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  }
  const url = new URL('https://examplebucket.s3.amazonaws.com/test.txt')
  const time = { atMs: Date.UTC(2013, 4, 24), lifetimeSeconds: 86_400 }
  const signed = presignGet(url, credentials, 'us-east-1', time)
  expect(signed).toBe(
    'https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256' +
      '&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request' +
      '&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host' +
      '&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  )
  const temporary = presignGet(url, { ...credentials, sessionToken: 'a+/=' }, 'us-east-1', time)
  expect(new URL(temporary).searchParams.get('X-Amz-Security-Token')).toBe('a+/=')
})

test.each([
  ['RSA', () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
  ['ECDSA', () => generateKeyPairSync('ec', { namedCurve: 'P-256' })],
])('CloudFront can check the signature of an %s key', async (_, generate) => {
  const { publicKey, privateKey } = generate()
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const signed = new URL(await createCloudFrontSigner({ keyId: 'K1', privateKey: pem })(PHOTO, 1_767_290_400))
  expect(signed.origin + signed.pathname).toBe(PHOTO)
  const query = Object.fromEntries(signed.searchParams)
  expect(query).toMatchObject({ Expires: '1767290400', 'Key-Pair-Id': 'K1', 'Hash-Algorithm': 'SHA256' })
  const { Signature = '' } = query
  expect(Signature).toMatch(/^[\w~-]+$/)
  const bytes = Buffer.from(
    Signature.replaceAll('-', '+').replaceAll('_', '=').replaceAll('~', '/'),
    'base64',
  )
  const policy = {
    Statement: [{ Resource: PHOTO, Condition: { DateLessThan: { 'AWS:EpochTime': 1_767_290_400 } } }],
  }
  expect(verify('sha256', Buffer.from(JSON.stringify(policy)), publicKey, bytes)).toBe(true)
})

test('a key that is none is told by the name of its setting', () => {
  expect(() => createCloudFrontSigner({ keyId: 'K1', privateKey: 'secret' })).toThrow(
    'MEDIA_SIGNING_KEY is invalid: must be a private key in PEM',
  )
})

test('a client of S3 is made where S3 signs, and nowhere else', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const cloudFront = { MEDIA_SIGNING_KEY_ID: 'K1', MEDIA_SIGNING_KEY: key }
  const openS3 = vi.fn(
    () => new S3Client({ region: 'eu-west-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } }),
  )
  const urlSignedBy = (MEDIA_SIGNING: 'none' | 's3' | 'cloudfront') =>
    createConfiguredSigner(
      { ...cloudFront, MEDIA_SIGNING, MEDIA_ORIGINS: [ORIGIN], MEDIA_URL_LIFETIME_SECONDS: 3_600 },
      openS3,
    ).url(PHOTO)
  expect(await urlSignedBy('none')).toBe(PHOTO)
  expect(await urlSignedBy('cloudfront')).toMatch(/[?&]Key-Pair-Id=K1/)
  expect(openS3).not.toHaveBeenCalled()
  expect(await urlSignedBy('s3')).toContain('X-Amz-Signature=')
  expect(openS3).toHaveBeenCalledTimes(1)
})
