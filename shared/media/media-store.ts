import { Readable } from 'node:stream'
import { DeleteObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { ProblemError, unavailable } from '../contract/problems.ts'

export interface MediaStore {
  /**
   * Stores bytes as they come, holding a part of 5 MB or two of them. When the bytes end with an error nothing is
   * stored, and the error is thrown; 503 when the storage is away.
   */
  put(object: { key: string; contentType: string; bytes: AsyncIterable<Uint8Array> }): Promise<void>
  remove(key: string): Promise<void>
  urlOf(key: string): string
}

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
        // What a key names never changes.
        CacheControl: 'max-age=31536000, immutable',
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
    urlOf: key => (baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`) + key,
  }
}
