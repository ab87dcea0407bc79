/** A UUIDv7: time-ordered, as PostgreSQL's index likes it. */
export function newId(now = Date.now()): string {
  const bytes = new Uint8Array(16)
  // React Native has no random source without a polyfill; an id must be unique, not secret.
  const { crypto } = globalThis as { crypto?: Crypto }
  if (crypto?.getRandomValues) crypto.getRandomValues(bytes)
  else for (let index = 0; index < 16; index++) bytes[index] = Math.random() * 256
  for (let index = 0; index < 6; index++) bytes[index] = Math.floor(now / 2 ** (40 - 8 * index))
  bytes[6] = 0x70 | ((bytes[6] as number) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] as number) & 0x3f)
  const hex = Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

/** The user that a JWT names in `sub`, else `user_id`; undefined for what is no such token. */
export function readUserId(token: string): number | undefined {
  const id = Number(readClaim(token, 'sub') ?? readClaim(token, 'user_id'))
  return Number.isInteger(id) ? id : undefined
}

/** What a JWT claims; undefined for what is no such token. */
export function readClaim(token: string, name: string): unknown {
  try {
    const [, payload = ''] = token.split('.')
    return JSON.parse(atob(payload.replace(/-/g, '+').replace(/_/g, '/')))[name]
  } catch {
    return undefined
  }
}
