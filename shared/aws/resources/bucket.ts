import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  HeadBucketCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import type { CallLimit } from '../call-within.ts'
import { type Ensured, ensured, isNamed } from './drift.ts'

type Limit = Pick<CallLimit, 'abortSignal'>

export async function bucketExists(s3: S3Client, Bucket: string, limit?: Limit): Promise<boolean> {
  try {
    await s3.send(new HeadBucketCommand({ Bucket }), limit)
    return true
  } catch (error) {
    if (isNamed(error, 'NotFound', 'NoSuchBucket')) return false
    throw error
  }
}

export async function ensureBucket(s3: S3Client, Bucket: string): Promise<Ensured> {
  if (await bucketExists(s3, Bucket)) return ensured(false, [])
  const region = (await s3.config.region()) as BucketLocationConstraint
  // us-east-1 is the one region that must not be named.
  const isNamedRegion = (region as string) !== 'us-east-1'
  await s3.send(
    new CreateBucketCommand({
      Bucket,
      ...(isNamedRegion && { CreateBucketConfiguration: { LocationConstraint: region } }),
    }),
  )
  return ensured(true, [])
}
