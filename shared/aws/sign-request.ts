/**
 * AWS Signature Version 4 of one request.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createHmac, hash } from 'node:crypto'
import { createHmacSha256, type HmacSha256 } from './hmac-sha256.ts'

export interface Credentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string | undefined
}

export interface Scope {
  region: string
  /** As a signature names it: `sqs`, `sns`, `dynamodb`, `execute-api`. */
  service: string
}

/** A POST without a query. */
export interface UnsignedRequest {
  host: string
  /** As it goes over the wire, encoded once. */
  path: string
  body: string | Uint8Array
  /** `x-amz-target` of the JSON protocols. */
  target?: string | undefined
}

export const ALGORITHM = 'AWS4-HMAC-SHA256'

/**
 * The lines of the headers that sign the request, all that must be signed among them. Fails with RangeError for
 * credentials no header can carry.
 */
export function signRequest(
  { host, path, body, target }: UnsignedRequest,
  credentials: Credentials,
  { region, service }: Scope,
  atMs: number,
): string {
  checkCredentials(credentials)
  const time = amzTime(atMs)
  const date = time.slice(0, 8)
  const scope = `${date}/${region}/${service}/aws4_request`
  let names = 'host;x-amz-date'
  let signed = `host:${host}\nx-amz-date:${time}\n`
  let lines = `host: ${host}\r\nx-amz-date: ${time}\r\n`
  const sign = (name: string, value: string) => {
    names += `;${name}`
    signed += `${name}:${value}\n`
    lines += `${name}: ${value}\r\n`
  }
  // In the order of their names.
  if (credentials.sessionToken !== undefined) sign('x-amz-security-token', credentials.sessionToken)
  if (target !== undefined) sign('x-amz-target', target)
  const canonical = `POST\n${canonicalPath(path)}\n\n${signed}\n${names}\n${hash('sha256', body)}`
  const toSign = `${ALGORITHM}\n${time}\n${scope}\n${hash('sha256', canonical)}`
  const signature = signerOf(credentials, date, region, service)(toSign)
  return `${lines}authorization: ${ALGORITHM} Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}\r\n`
}

/** Providers give the same object until they refresh it. */
const checked = new WeakSet<Credentials>()

/** They come from outside: a line break in one would end its header, and what follows would be read as the next. */
function checkCredentials(credentials: Credentials): void {
  if (checked.has(credentials)) return
  if (/[^\x21-\x7e]/.test(credentials.accessKeyId + (credentials.sessionToken ?? '')))
    throw new RangeError(
      'the access key id or session token has a blank or a character beyond ASCII: set it without',
    )
  checked.add(credentials)
}

let lastSecond = 0
let lastTime = ''

export function amzTime(atMs: number): string {
  const second = Math.floor(atMs / 1000)
  if (second !== lastSecond) {
    lastSecond = second
    lastTime = `${new Date(second * 1000).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`
  }
  return lastTime
}

/** All services but S3 sign the path encoded once more. What goes over the wire is ASCII. */
function canonicalPath(path: string): string {
  return path.replace(/[^\w.~/-]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** One key a day, region and service. */
const signers = new Map<string, { secret: string; date: string; sign: HmacSha256 }>()

export function signerOf(
  credentials: Credentials,
  date: string,
  region: string,
  service: string,
): HmacSha256 {
  const secret = credentials.secretAccessKey
  const place = `${region}/${service}`
  const known = signers.get(place)
  if (known?.date === date && known.secret === secret) return known.sign
  const sign = createHmacSha256(deriveKey(credentials, date, region, service))
  signers.set(place, { secret, date, sign })
  return sign
}

function deriveKey({ secretAccessKey }: Credentials, date: string, region: string, service: string): Buffer {
  return [date, region, service, 'aws4_request'].reduce<Buffer>(
    (key, step) => createHmac('sha256', key).update(step).digest(),
    Buffer.from(`AWS4${secretAccessKey}`),
  )
}
