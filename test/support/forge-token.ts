import { createHmac } from 'node:crypto'

export const HS256 = { alg: 'HS256', typ: 'JWT' }

/** A token of any content, signed as HS256 whatever it says of itself. */
export function forgeToken(header: object, claims: object, secret: string): string {
  const parts = [header, claims].map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
  const signature = createHmac('sha256', secret).update(parts.join('.')).digest('base64url')
  return [...parts, signature].join('.')
}
