export type Service = 'SQS' | 'SNS' | 'S3' | 'DYNAMODB'

/** What a client of a test needs to reach a service of the stack whose environment this is. */
export function clientSettings(service: Service, env: Record<string, string>) {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = env
  return {
    endpoint: env[`AWS_ENDPOINT_URL_${service}`] ?? (env.AWS_ENDPOINT_URL as string),
    region: env.AWS_REGION as string,
    useQueueUrlAsEndpoint: false,
    forcePathStyle: true,
    // Else those of the shell.
    ...(accessKeyId !== undefined && { credentials: { accessKeyId, secretAccessKey } }),
  }
}
