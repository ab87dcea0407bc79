import { invalid } from './problems.ts'

/** The name of an upload below its owner's folder; nothing in it has two spellings. */
const NAME = /^[\w-]+(\.\w+)?$/

/**
 * The plain address of media that `ownerId` uploaded, as it is stored: without the query of a signed one.
 * Throws 422 for what is under none of `origins`, or in the folder of another user.
 */
export function requireOwnMedia(path: string, value: string, ownerId: number, origins: string[]): string {
  const url = new URL(value)
  const key = keyUnderAny(url, origins)
  if (key === undefined) throw invalid(path, 'must be under one of the media origins')
  const [owner, name = '', ...rest] = key.split('/')
  if (owner !== String(ownerId) || rest.length > 0 || !NAME.test(name))
    throw invalid(path, 'must be a file that the sender uploaded')
  return url.origin + url.pathname
}

/** What an address names below one of the origins; undefined for what is elsewhere. */
export function mediaKeyOf(value: string, origins: string[]): string | undefined {
  return keyUnderAny(new URL(value), origins)
}

function keyUnderAny(url: URL, origins: string[]): string | undefined {
  return origins.map(origin => keyUnder(url, new URL(origin))).find(found => found !== undefined)
}

function keyUnder(url: URL, base: URL): string | undefined {
  const folder = base.pathname.endsWith('/') ? base.pathname : `${base.pathname}/`
  const isAnonymous = url.username === '' && url.password === ''
  const isUnder = isAnonymous && url.origin === base.origin && url.pathname.startsWith(folder)
  return isUnder ? url.pathname.slice(folder.length) : undefined
}
