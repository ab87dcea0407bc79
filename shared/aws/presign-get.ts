import { hash } from 'node:crypto'
import { ALGORITHM, amzTime, type Credentials, signerOf } from './sign-request.ts'

/**
 * A GET of an object in S3, signed in its query: whoever has the address may read it for `lifetimeSeconds` (at most
 * seven days) from `atMs` on, and not longer than temporary credentials live.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
export function presignGet(
  { host, pathname, origin }: URL,
  credentials: Credentials,
  region: string,
  { atMs, lifetimeSeconds }: { atMs: number; lifetimeSeconds: number },
): string {
  const time = amzTime(atMs)
  const date = time.slice(0, 8)
  const scope = `${date}/${region}/s3/aws4_request`
  // In the order of their names.
  const parameters = [
    ['X-Amz-Algorithm', ALGORITHM],
    ['X-Amz-Credential', `${credentials.accessKeyId}/${scope}`],
    ['X-Amz-Date', time],
    ['X-Amz-Expires', String(lifetimeSeconds)],
    ...(credentials.sessionToken === undefined ? [] : [['X-Amz-Security-Token', credentials.sessionToken]]),
    ['X-Amz-SignedHeaders', 'host'],
  ]
  const query = parameters.map(([name, value = '']) => `${name}=${encodeURIComponent(value)}`).join('&')
  const canonical = `GET\n${pathname}\n${query}\nhost:${host}\n\nhost\nUNSIGNED-PAYLOAD`
  const toSign = `${ALGORITHM}\n${time}\n${scope}\n${hash('sha256', canonical)}`
  const signature = signerOf(credentials, date, region, 's3')(toSign)
  return `${origin}${pathname}?${query}&X-Amz-Signature=${signature}`
}
