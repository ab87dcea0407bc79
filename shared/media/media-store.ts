import { Readable } from 'node:stream'
import { DeleteObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { createPresignedPost } from '@aws-sdk/s3-presigned-post'
import { MEDIA_LIFECYCLE } from '../aws/topology.ts'
import { ProblemError, unavailable } from '../contract/problems.ts'

export interface MediaStore {
  /**
   * Stores bytes as they come, holding a part of 5 MB or two of them. When the bytes end with an error nothing is
   * stored, and the error is thrown; 503 when the storage is away. What is stored ends after a week, unless a message
   * that names it is stored meanwhile (`keep-media.ts`).
   */
  put(object: { key: string; contentType: string; bytes: AsyncIterable<Uint8Array> }): Promise<void>
  remove(key: string): Promise<void>
  /** Lets whoever has the answer store one object of just this key, type and size (bytes) in the time given. */
  presign(object: { key: string; contentType: string; size: number; lifetimeSeconds: number }): Promise<{
    uploadUrl: string
    fields: Record<string, string>
  }>
  urlOf(key: string): string
}

const { Key, Value } = MEDIA_LIFECYCLE.unusedTag
/** What a key names never changes. */
const CACHE_CONTROL = 'max-age=31536000, immutable'

export function createMediaStore(
  s3: S3Client,
  { bucket, baseUrl }: { bucket: string; baseUrl: string },
): MediaStore {
  return {
    async put({ key, contentType, bytes }) {
      const params = {
        Bucket: bucket,
        Key: key,
        Body: Readable.from(bytes),
        ContentType: contentType,
        CacheControl: CACHE_CONTROL,
        Tagging: `${Key}=${Value}`,
      }
      try {
        // An error of the body ends the upload and takes its parts away; `abort` would leave the call under way alone.
        await new Upload({ client: s3, params, queueSize: 1 }).done()
      } catch (error) {
        throw error instanceof ProblemError ? error : unavailable('the media storage', error)
      }
    },
    async remove(key) {
      await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }))
    },
    async presign({ key, contentType, size, lifetimeSeconds }) {
      const { url, fields } = await createPresignedPost(s3, {
        Bucket: bucket,
        Key: key,
        Expires: lifetimeSeconds,
        Fields: {
          'Content-Type': contentType,
          'Cache-Control': CACHE_CONTROL,
          // Nothing looked into these bytes: a browser stores them, and never shows them as a page.
          'Content-Disposition': 'attachment',
          tagging: `<Tagging><TagSet><Tag><Key>${Key}</Key><Value>${Value}</Value></Tag></TagSet></Tagging>`,
        },
        Conditions: [['content-length-range', size, size]],
      }).catch(error => {
        throw unavailable('the media storage', error)
      })
      return { uploadUrl: url, fields }
    },
    urlOf: key => (baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`) + key,
  }
}
