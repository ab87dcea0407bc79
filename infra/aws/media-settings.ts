import * as ecs from 'aws-cdk-lib/aws-ecs'
import type { Construct } from 'constructs'
import { importSecret } from './secrets.ts'
import type { ServiceParts } from './service-parts.ts'

/** Of a service that gives clients addresses of media: where these lie, and what signs them. */
export function mediaSettings(
  scope: Construct,
  { stage, media, mediaUrl }: ServiceParts,
): { environment: Record<string, string>; secrets: Record<string, ecs.Secret> } {
  const environment = { MEDIA_ORIGINS: mediaUrl }
  if (!stage.mediaKey || !media.publicKey) return { environment, secrets: {} }
  const key = importSecret(scope, 'MediaKey', stage.mediaKey.mediaKeySecretArn, stage)
  return {
    environment: {
      ...environment,
      MEDIA_SIGNING: 'cloudfront',
      MEDIA_SIGNING_KEY_ID: media.publicKey.publicKeyId,
    },
    secrets: { MEDIA_SIGNING_KEY: ecs.Secret.fromSecretsManager(key) },
  }
}
