import { DeleteObjectTaggingCommand, type S3Client } from '@aws-sdk/client-s3'
import { isNamed } from '../aws/resources/drift.ts'
import { mediaKeyOf } from '../contract/media-url.ts'

/** Takes away the tag by which an upload that no message names ends after a week. Safe to repeat. */
export type KeepMedia = (url: string) => Promise<void>

/** What lies elsewhere, or is not there, needs nothing. */
export function createMediaKeeper(
  s3: S3Client,
  { bucket, origins }: { bucket: string; origins: string[] },
): KeepMedia {
  return async url => {
    const key = mediaKeyOf(url, origins)
    if (key === undefined) return
    try {
      await s3.send(new DeleteObjectTaggingCommand({ Bucket: bucket, Key: key }))
    } catch (error) {
      if (!isNamed(error, 'NoSuchKey', 'NotFound')) throw error
    }
  }
}
