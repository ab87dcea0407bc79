import { LRUCache } from 'lru-cache'
import type { Conversation, DeletedMessage, Message } from '../contract/wire.ts'

/** Gives media addresses that can be read for a time in the place of plain ones; the same value where there is none. */
export interface MediaSigner {
  url(url: string): Promise<string>
  message<Shown extends Message | DeletedMessage>(shown: Shown): Promise<Shown>
  conversation<Shown extends Conversation>(shown: Shown): Promise<Shown>
}

export interface SigningSettings {
  /** What lies elsewhere stays as it is. */
  origin: string
  lifetimeSeconds: number
  sign(url: string, time: { atMs: number; lifetimeSeconds: number }): Promise<string>
  now?: () => number
}

/** About 700 bytes each. */
const MAX_REMEMBERED = 10_000

/**
 * Everybody's address of a file is one and the same for half the lifetime, so that what holds a copy of it finds it
 * again; it can be read for at least the other half. Signatures are remembered for as long.
 */
export function createMediaSigner({
  origin,
  lifetimeSeconds,
  sign,
  now = Date.now,
}: SigningSettings): MediaSigner {
  const folder = origin.endsWith('/') ? origin : `${origin}/`
  const windowMs = (lifetimeSeconds * 1000) / 2
  const signed = new LRUCache<string, Promise<string>>({ max: MAX_REMEMBERED })
  let current = 0

  async function url(stored: string): Promise<string> {
    if (!stored.startsWith(folder)) return stored
    // Early messages kept a query that their senders gave.
    const plain = stored.replace(/[?#].*/s, '')
    const atMs = Math.floor(now() / windowMs) * windowMs
    if (atMs !== current) signed.clear()
    current = atMs
    const known = signed.get(plain)
    if (known) return known
    const made = sign(plain, { atMs, lifetimeSeconds })
    signed.set(plain, made)
    made.catch(() => signed.delete(plain))
    return made
  }

  async function message<Shown extends Message | DeletedMessage>(shown: Shown): Promise<Shown> {
    if (!('mediaUrl' in shown) || shown.mediaUrl === null) return shown
    const { mediaUrl, mediaThumbnailUrl } = shown
    const urls = [url(mediaUrl), mediaThumbnailUrl === null ? null : url(mediaThumbnailUrl)] as const
    const [signedUrl, signedThumbnailUrl] = await Promise.all(urls)
    return { ...shown, mediaUrl: signedUrl, mediaThumbnailUrl: signedThumbnailUrl }
  }

  return {
    url,
    message,
    async conversation(shown) {
      const { lastMessage } = shown
      return lastMessage === null ? shown : { ...shown, lastMessage: await message(lastMessage) }
    },
  }
}

/** For media that everybody may read. */
export const PUBLIC_MEDIA: MediaSigner = {
  url: async url => url,
  message: async shown => shown,
  conversation: async shown => shown,
}
