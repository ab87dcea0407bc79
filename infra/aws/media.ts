/**
 * Takes in: the topology's bucket.
 * Guarantees: the bucket is private, and read through CloudFront alone, by addresses signed with the stage's key; a file
 * is what its type says, and nothing in it runs; what an upload left unfinished goes after a day, and what no message
 * names after a week.
 * Gives out: the bucket, the bucket of access logs, the distribution, and its public key.
 */
import { hash } from 'node:crypto'
import { Duration, type Stack } from 'aws-cdk-lib'
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront'
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins'
import * as s3 from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { MEDIA_LIFECYCLE } from '../../shared/aws/topology.ts'
import { accept } from './accept.ts'
import { removalOf } from './removal.ts'
import type { Stage } from './stages.ts'

export interface Media {
  bucket: s3.Bucket
  accessLogs: s3.Bucket
  distribution: cloudfront.Distribution
  /** Signs addresses; absent where everybody who knows an address may read. */
  publicKey?: cloudfront.PublicKey
}

const ACCESS_LOG_DAYS = 90
const { unusedTag, unusedDays, unfinishedUploadDays } = MEDIA_LIFECYCLE

export function addMedia(stack: Stack, stage: Stage, bucketName: string): Media {
  const scope = new Construct(stack, 'Media')
  const accessLogs = new s3.Bucket(scope, 'AccessLogs', {
    ...privateBucket(stage),
    // CloudFront and load balancers write with an access control list, and with S3's own key alone.
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_PREFERRED,
    lifecycleRules: [{ expiration: Duration.days(ACCESS_LOG_DAYS) }],
  })
  accept(accessLogs, 'AwsSolutions-S1', 'It is where access logs go; logging itself it would never end.')
  const bucket = new s3.Bucket(scope, 'Bucket', {
    ...privateBucket(stage),
    bucketName,
    minimumTLSVersion: 1.2,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    serverAccessLogsBucket: accessLogs,
    serverAccessLogsPrefix: 'media-bucket/',
    // Uploads go straight to the bucket, by a form that the ingress signs.
    ...(stage.corsOrigins && {
      cors: [
        { allowedMethods: [s3.HttpMethods.POST], allowedOrigins: stage.corsOrigins, allowedHeaders: ['*'] },
      ],
    }),
    lifecycleRules: [
      { abortIncompleteMultipartUploadAfter: Duration.days(unfinishedUploadDays) },
      { tagFilters: { [unusedTag.Key]: unusedTag.Value }, expiration: Duration.days(unusedDays) },
    ],
  })
  const publicKey = stage.mediaKey && addPublicKey(scope, stage, stage.mediaKey.mediaPublicKey)
  const distribution = addDistribution(scope, { bucket, accessLogs, publicKey })
  return { bucket, accessLogs, distribution, ...(publicKey && { publicKey }) }
}

/**
 * Encrypted with S3's key: with one of ours every read at an edge would be a call to KMS, and CloudFront and load
 * balancers could not write their logs.
 */
function privateBucket(stage: Stage): s3.BucketProps {
  return {
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    encryption: s3.BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    removalPolicy: removalOf(stage),
  }
}

/** Another key is another object: CloudFront changes none that is in use. */
function addPublicKey(scope: Construct, { prefix }: Stage, key: string): cloudfront.PublicKey {
  const digest = hash('sha256', key).slice(0, 8)
  const lines = [
    '-----BEGIN PUBLIC KEY-----',
    ...(key.match(/.{1,64}/g) ?? []),
    '-----END PUBLIC KEY-----',
    '',
  ]
  return new cloudfront.PublicKey(scope, `PublicKey${digest}`, {
    publicKeyName: `${prefix}chat-media-${digest}`,
    encodedKey: lines.join('\n'),
  })
}

function addDistribution(
  scope: Construct,
  {
    bucket,
    accessLogs,
    publicKey,
  }: Pick<Media, 'bucket' | 'accessLogs'> & { publicKey: Media['publicKey'] | undefined },
): cloudfront.Distribution {
  const distribution = new cloudfront.Distribution(scope, 'Distribution', {
    comment: 'Media of the chat',
    defaultBehavior: {
      origin: S3BucketOrigin.withOriginAccessControl(bucket),
      viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
      allowedMethods: cloudfront.AllowedMethods.ALLOW_GET_HEAD,
      cachePolicy: cloudfront.CachePolicy.CACHING_OPTIMIZED,
      responseHeadersPolicy: addHeaders(scope),
      ...(publicKey && {
        trustedKeyGroups: [new cloudfront.KeyGroup(scope, 'KeyGroup', { items: [publicKey] })],
      }),
    },
    httpVersion: cloudfront.HttpVersion.HTTP2_AND_3,
    logBucket: accessLogs,
    logFilePrefix: 'media/',
    logIncludesCookies: false,
  })
  accept(distribution, 'AwsSolutions-CFR1', 'The app has users everywhere.')
  accept(
    distribution,
    'AwsSolutions-CFR2',
    'GET and HEAD of immutable files from S3: there is no code at the origin that a web ACL would guard.',
  )
  accept(
    distribution,
    'AwsSolutions-CFR4',
    'A distribution under its own cloudfront.net name cannot ask for more than TLS 1; with a domain and certificate it would.',
  )
  return distribution
}

function addHeaders(scope: Construct): cloudfront.ResponseHeadersPolicy {
  return new cloudfront.ResponseHeadersPolicy(scope, 'Headers', {
    comment: 'Media are shown, never run',
    securityHeadersBehavior: {
      contentTypeOptions: { override: true },
      contentSecurityPolicy: { contentSecurityPolicy: "default-src 'none'; sandbox", override: true },
      strictTransportSecurity: { accessControlMaxAge: Duration.days(365), override: true },
      frameOptions: { frameOption: cloudfront.HeadersFrameOption.DENY, override: true },
    },
    corsBehavior: {
      accessControlAllowCredentials: false,
      accessControlAllowHeaders: ['*'],
      accessControlAllowMethods: ['GET', 'HEAD'],
      accessControlAllowOrigins: ['*'],
      originOverride: true,
    },
  })
}
