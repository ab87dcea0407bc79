import type { S3Client } from '@aws-sdk/client-s3'
import * as z from 'zod'
import { presignGet } from '../aws/presign-get.ts'
import { ConfigError, mediaSettings, positiveInteger } from '../config.ts'
import { createMediaSigner, type MediaSigner, PUBLIC_MEDIA } from './media-signer.ts'
import { createCloudFrontSigner } from './sign-for-cloudfront.ts'

export const signingMode = z.enum(['none', 's3', 'cloudfront'])
const WEEK_SECONDS = 604_800

/** How clients may read media; of the services that give them addresses. */
export const signingSettings = {
  ...mediaSettings,
  MEDIA_SIGNING: signingMode
    .default('none')
    .describe('what signs addresses of media for clients; `none` where everybody may read them'),
  MEDIA_URL_LIFETIME_SECONDS: positiveInteger
    .min(60)
    .max(WEEK_SECONDS)
    .default(86_400)
    .describe('how long a signed address can be read at most, s; at least half of it'),
  MEDIA_SIGNING_KEY_ID: z.string().optional().describe('id of the public key in CloudFront'),
  MEDIA_SIGNING_KEY: z
    .string()
    .optional()
    .describe('private key for CloudFront, PEM (RSA 2048 or ECDSA P-256)'),
}
type SigningConfig = z.infer<z.ZodObject<typeof signingSettings>>

/** Signs what lies under the first media origin. The client of S3, asked for only where S3 signs, gives credentials and region. */
export function createSigner(config: SigningConfig, clientOfS3: () => S3Client): MediaSigner {
  const settings = {
    origin: config.MEDIA_ORIGINS[0] as string,
    lifetimeSeconds: config.MEDIA_URL_LIFETIME_SECONDS,
  }
  if (config.MEDIA_SIGNING === 'none') return PUBLIC_MEDIA
  if (config.MEDIA_SIGNING === 's3') {
    const s3 = clientOfS3().config
    return createMediaSigner({
      ...settings,
      async sign(url, time) {
        const [credentials, region] = await Promise.all([s3.credentials(), s3.region()])
        return presignGet(new URL(url), credentials, region, time)
      },
    })
  }
  const sign = createCloudFrontSigner(signingKeyOf(config))
  return createMediaSigner({
    ...settings,
    sign: (url, { atMs, lifetimeSeconds }) => sign(url, Math.floor(atMs / 1000) + lifetimeSeconds),
  })
}

/** Throws a ConfigError where what signs has no key to do it with. */
export function checkSigning(config: SigningConfig): void {
  if (config.MEDIA_SIGNING === 'cloudfront') createCloudFrontSigner(signingKeyOf(config))
}

function signingKeyOf(config: SigningConfig): { keyId: string; privateKey: string } {
  const { MEDIA_SIGNING_KEY_ID: keyId, MEDIA_SIGNING_KEY: privateKey } = config
  if (keyId === undefined || privateKey === undefined)
    throw new ConfigError(
      'MEDIA_SIGNING_KEY_ID and MEDIA_SIGNING_KEY must be set (MEDIA_SIGNING is cloudfront)',
    )
  return { keyId, privateKey }
}
