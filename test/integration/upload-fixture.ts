import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import type { IngressDeps } from '../../services/ingress/context.ts'
import { createMediaStore, type MediaStore } from '../../shared/media/media-store.ts'
import { createTestAws } from '../support/test-aws.ts'
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts'
import { serveIngress } from './upload-harness.ts'

export const MB = 1024 * 1024
export const ANN = 1
export const BASE_URL = 'https://media.example/chat'

/** A bucket of the test file's own, the REST API before it, and a look into both. */
export function prepareUploads() {
  const stack = new AsyncDisposableStack()
  let database: TestDatabase
  let aws: Awaited<ReturnType<typeof createTestAws>>
  let media: MediaStore
  /** What was asked of S3. */
  let calls: string[] = []
  beforeAll(async () => {
    database = stack.use(await createTestDatabase())
    aws = stack.use(await createTestAws())
    media = createMediaStore(aws.s3, { bucket: aws.names.mediaBucket, baseUrl: BASE_URL })
    aws.s3.middlewareStack.add(
      (next, { commandName }) =>
        args => {
          calls.push(String(commandName).replace(/Command$/, ''))
          return next(args)
        },
      { step: 'initialize' },
    )
  })
  afterAll(() => stack.disposeAsync())

  const cleanup = new Set<AsyncDisposable>()
  afterEach(async () => {
    for (const each of cleanup) await each[Symbol.asyncDispose]()
    cleanup.clear()
  })

  async function serve(options: Partial<Pick<IngressDeps, 'media' | 'images' | 'uploadMaxBytes'>> = {}) {
    calls = []
    const served = await serveIngress({ db: database.db, media, uploadMaxBytes: 50 * MB, ...options })
    cleanup.add(served)
    return served
  }

  async function storedKeys(): Promise<string[]> {
    const { Contents = [] } = await aws.s3.send(new ListObjectsV2Command({ Bucket: aws.names.mediaBucket }))
    return Contents.map(({ Key }) => Key as string)
  }

  async function stored(url: string) {
    const Key = url.slice(`${BASE_URL}/`.length)
    const { Body, ContentType } = await aws.s3.send(
      new GetObjectCommand({ Bucket: aws.names.mediaBucket, Key }),
    )
    return { contentType: ContentType, bytes: Buffer.from((await Body?.transformToByteArray()) ?? []) }
  }

  /** Whatever the test does leaves nothing in the bucket, and no unfinished upload. */
  async function expectNothingStored(act: () => Promise<void>): Promise<void> {
    const before = await storedKeys()
    calls = []
    const count = (name: string) => calls.filter(call => call === name).length
    await act()
    await expect.poll(() => count('CreateMultipartUpload') - count('AbortMultipartUpload')).toBe(0)
    expect(await storedKeys()).toEqual(before)
  }

  return {
    serve,
    storedKeys,
    stored,
    expectNothingStored,
    aws: () => aws,
    media: () => media,
    calls: () => calls,
  }
}
