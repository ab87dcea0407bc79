import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  GetBucketLifecycleConfigurationCommand,
  HeadBucketCommand,
  type LifecycleRule,
  PutBucketLifecycleConfigurationCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import type { CallLimit } from '../call-within.ts'
import { MEDIA_LIFECYCLE } from '../topology.ts'
import { type Drift, type Ensured, ensured, isNamed } from './drift.ts'

type Limit = Pick<CallLimit, 'abortSignal'>

interface DeclaredRule {
  /** As a drift names it. */
  setting: string
  mustBe: string
  rule: LifecycleRule & { ID: string }
  matches(rule: LifecycleRule): boolean
}

const { unusedTag, unusedDays, unfinishedUploadDays } = MEDIA_LIFECYCLE

const RULES: DeclaredRule[] = [
  {
    setting: `expiry of objects tagged ${unusedTag.Key}=${unusedTag.Value}`,
    mustBe: `${unusedDays} days`,
    rule: {
      ID: 'unused-media',
      Status: 'Enabled',
      Filter: { Tag: unusedTag },
      Expiration: { Days: unusedDays },
    },
    matches: ({ Filter, Expiration }) => {
      const tag = Filter?.Tag ?? Filter?.And?.Tags?.[0]
      return tag?.Key === unusedTag.Key && tag.Value === unusedTag.Value && Expiration?.Days === unusedDays
    },
  },
  {
    setting: 'end of unfinished uploads',
    mustBe: `${unfinishedUploadDays} day`,
    rule: {
      ID: 'unfinished-uploads',
      Status: 'Enabled',
      Filter: { Prefix: '' },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: unfinishedUploadDays },
    },
    matches: ({ AbortIncompleteMultipartUpload }) =>
      AbortIncompleteMultipartUpload?.DaysAfterInitiation === unfinishedUploadDays,
  },
]

export async function bucketExists(s3: S3Client, Bucket: string, limit?: Limit): Promise<boolean> {
  try {
    await s3.send(new HeadBucketCommand({ Bucket }), limit)
    return true
  } catch (error) {
    if (isNamed(error, 'NotFound', 'NoSuchBucket')) return false
    throw error
  }
}

/** Rules are told by what they do: the CDK app gives them names of its own. */
export async function findBucketDrift(s3: S3Client, Bucket: string, limit?: Limit): Promise<Drift[]> {
  return driftOf(await readRules(s3, Bucket, limit))
}

/** Keeps rules that others made. */
export async function ensureBucket(s3: S3Client, Bucket: string): Promise<Ensured> {
  const isThere = await bucketExists(s3, Bucket)
  if (!isThere) await createBucket(s3, Bucket)
  const current = await readRules(s3, Bucket)
  const drifts = driftOf(current)
  if (drifts.length > 0) {
    const others = current.filter(({ ID }) => !RULES.some(({ rule }) => rule.ID === ID))
    const missing = RULES.filter(({ matches }) => !others.some(matches)).map(({ rule }) => rule)
    const LifecycleConfiguration = { Rules: [...others, ...missing] }
    await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration }))
  }
  return ensured(!isThere, drifts)
}

function driftOf(current: LifecycleRule[]): Drift[] {
  const enabled = current.filter(({ Status }) => Status === 'Enabled')
  return RULES.filter(({ matches }) => !enabled.some(matches)).map(({ setting, mustBe }) => ({
    ...{ setting, mustBe, is: undefined, harm: 'degraded' },
  }))
}

async function readRules(s3: S3Client, Bucket: string, limit?: Limit): Promise<LifecycleRule[]> {
  try {
    const { Rules = [] } = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }), limit)
    return Rules
  } catch (error) {
    if (isNamed(error, 'NoSuchLifecycleConfiguration')) return []
    throw error
  }
}

async function createBucket(s3: S3Client, Bucket: string): Promise<void> {
  const region = (await s3.config.region()) as BucketLocationConstraint
  // us-east-1 is the one region that must not be named.
  const isNamedRegion = (region as string) !== 'us-east-1'
  await s3.send(
    new CreateBucketCommand({
      Bucket,
      ...(isNamedRegion && { CreateBucketConfiguration: { LocationConstraint: region } }),
    }),
  )
}
