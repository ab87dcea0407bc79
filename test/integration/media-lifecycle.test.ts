import {
  GetBucketLifecycleConfigurationCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutBucketLifecycleConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Announce } from '../../services/persister/announce.ts'
import { keepUsedMedia } from '../../services/persister/keep-used-media.ts'
import { ensureBucket, findBucketDrift } from '../../shared/aws/resources/bucket.ts'
import { buildEvent, type ChatEvent } from '../../shared/contract/events.ts'
import { storedMessage } from '../../shared/contract/examples.ts'
import { createLogger } from '../../shared/logger.ts'
import { createMediaKeeper } from '../../shared/media/keep-media.ts'
import { createMediaStore, type MediaStore } from '../../shared/media/media-store.ts'
import { createTestAws } from '../support/test-aws.ts'

const ORIGIN = 'https://media.example/'
const UNUSED = [{ Key: 'state', Value: 'unused' }]
const logger = createLogger('test', 'silent')
const never = new AbortController().signal

let aws: Awaited<ReturnType<typeof createTestAws>>
let media: MediaStore
let bucket: string
beforeAll(async () => {
  aws = await createTestAws()
  bucket = aws.names.mediaBucket
  media = createMediaStore(aws.s3, { bucket, baseUrl: ORIGIN })
})
afterAll(() => aws[Symbol.asyncDispose]())

async function* chunks(...sizes: number[]) {
  for (const size of sizes) yield Buffer.alloc(size)
}

async function tagsOf(Key: string) {
  await aws.s3.send(new HeadObjectCommand({ Bucket: bucket, Key }))
  return (await aws.s3.send(new GetObjectTaggingCommand({ Bucket: bucket, Key }))).TagSet
}

function eventOf(media: { mediaUrl: string | null; mediaThumbnailUrl?: string | null }): ChatEvent {
  const { id, conversationId, createdAt: time } = storedMessage
  const message = { ...storedMessage, ...media }
  return buildEvent({ id, name: 'message.created', conversationId, time, data: { audience: [1], message } })
}

const announced = vi.fn<Announce>(async () => undefined)
const keeperOf = (s3: S3Client) => createMediaKeeper(s3, { bucket, origins: [ORIGIN] })
/** Until its media is kept, too. */
async function announce(event: ChatEvent, keep = keeperOf(aws.s3), signal = never): Promise<void> {
  const result = await keepUsedMedia(announced, keep, logger, signal)([{ event, trace: undefined }])
  await result?.afterwards
}

test('what is uploaded, in one part or in many or by a form, is tagged until a message names it', async () => {
  await media.put({ key: '1/small.mp4', contentType: 'video/mp4', bytes: chunks(10) })
  await media.put({ key: '1/large.mp4', contentType: 'video/mp4', bytes: chunks(5e6, 5e6, 5e6) })
  const form = { key: '1/form.mp4', contentType: 'video/mp4', size: 3, lifetimeSeconds: 60 }
  const { uploadUrl, fields } = await media.presign(form)
  const body = new FormData()
  for (const [name, value] of Object.entries(fields)) body.set(name, value)
  body.set('file', new Blob(['abc']))
  expect((await fetch(uploadUrl, { method: 'POST', body })).status).toBe(204)
  for (const key of ['1/small.mp4', '1/large.mp4', '1/form.mp4']) {
    expect(await tagsOf(key)).toEqual(UNUSED)
    await announce(eventOf({ mediaUrl: ORIGIN + key, mediaThumbnailUrl: null }))
    expect(await tagsOf(key)).toEqual([])
  }
})

test('a thumbnail is kept with its image, and both as often as the command comes', async () => {
  const [mediaUrl, mediaThumbnailUrl] = ['1/a.jpg', '1/a-thumbnail.webp']
  for (const key of [mediaUrl, mediaThumbnailUrl])
    await media.put({ key, contentType: 'image/webp', bytes: chunks(9) })
  const event = eventOf({ mediaUrl: ORIGIN + mediaUrl, mediaThumbnailUrl: ORIGIN + mediaThumbnailUrl })
  await announce(event)
  await announce(event)
  expect([await tagsOf(mediaUrl), await tagsOf(mediaThumbnailUrl)]).toEqual([[], []])
})

test('what is not there, or lies elsewhere, holds nothing up', async () => {
  for (const mediaUrl of [`${ORIGIN}1/nothing.jpg`, 'https://elsewhere.example/1/a.jpg'])
    await announce(eventOf({ mediaUrl }))
})

test('a message without media asks nothing of S3', async () => {
  const keep = vi.fn()
  await announce(eventOf({ mediaUrl: null }), keep)
  expect(keep).not.toHaveBeenCalled()
})

test('while S3 is away the message is announced, and its command waits', async () => {
  const keep = vi
    .fn<(url: string) => Promise<void>>()
    .mockRejectedValueOnce(new Error('away'))
    .mockResolvedValue()
  announced.mockClear()
  await announce(eventOf({ mediaUrl: `${ORIGIN}1/a.jpg` }), keep)
  expect(announced).toHaveBeenCalledTimes(1)
  expect(keep).toHaveBeenCalledTimes(2)
})

test('an S3 that stays away is waited for until the drain, and then the command comes again', async () => {
  const settings = { region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } }
  const away = new S3Client({ ...settings, endpoint: 'http://127.0.0.1:1', maxAttempts: 1 })
  const drain = new AbortController()
  const asked = vi.fn(keeperOf(away))
  const announcing = announce(eventOf({ mediaUrl: `${ORIGIN}1/a.jpg` }), asked, drain.signal)
  await expect.poll(() => asked.mock.calls.length).toBeGreaterThan(1)
  drain.abort()
  await expect(announcing).rejects.toThrow('ECONNREFUSED')
})

test('for want of rights the message does not wait', async () => {
  const denied = Object.assign(new Error('not authorized'), { name: 'AccessDenied' })
  const keep = vi.fn().mockRejectedValue(denied)
  await announce(eventOf({ mediaUrl: `${ORIGIN}1/a.jpg` }), keep)
  expect(keep).toHaveBeenCalledTimes(1)
})

test('the bucket lets unused uploads and unfinished ones expire, and keeps rules of others', async () => {
  const readRules = async () =>
    (await aws.s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket }))).Rules ?? []
  const made = await readRules()
  expect(made).toMatchObject([
    { Status: 'Enabled', Filter: { Tag: UNUSED[0] }, Expiration: { Days: 7 } },
    { Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
  ])
  expect(await findBucketDrift(aws.s3, bucket)).toEqual([])
  const other = { ID: 'other', Status: 'Enabled', Filter: { Prefix: 'x/' }, Expiration: { Days: 1 } } as const
  const disabled = made.map(rule => ({ ...rule, Status: 'Disabled' as const }))
  for (const Rules of [[other], [...disabled, other]]) {
    await aws.s3.send(
      new PutBucketLifecycleConfigurationCommand({ Bucket: bucket, LifecycleConfiguration: { Rules } }),
    )
    expect(await findBucketDrift(aws.s3, bucket)).toMatchObject([
      { setting: 'expiry of objects tagged state=unused', mustBe: '7 days' },
      { setting: 'end of unfinished uploads', mustBe: '1 day' },
    ])
    expect(await ensureBucket(aws.s3, bucket)).toEqual({ outcome: 'updated', unmended: [] })
    expect((await readRules()).map(({ ID }) => ID)).toEqual(['other', 'unused-media', 'unfinished-uploads'])
    expect(await ensureBucket(aws.s3, bucket)).toEqual({ outcome: 'present', unmended: [] })
  }
})
