/**
 * Images made anew from their pixels: what a camera wrote beside them (place, time, device, preview) and what somebody
 * hid behind them is gone.
 */
import sharp, { type Sharp } from 'sharp'
import { invalid } from '../contract/problems.ts'

export interface ReencodedImage {
  bytes: Buffer
  /** Pixels, upright. Of an animation, one frame's. */
  width: number
  height: number
  /** A WebP, at most 400 pixels wide and high; an animation's first frame. */
  thumbnail: Buffer
}

/** Longest edge of what is kept. Less than half of what cameras give, so that a JPEG is unpacked at half its size at most. */
const MAX_EDGE = 2_000
const THUMBNAIL_EDGE = 400
/** What is read in strips, scaled on the way; of others all pixels stand in memory, up to eight bytes each. */
const MAX_STREAMED_PIXELS = 50_000_000
const MAX_WHOLE_PIXELS = 25_000_000
const TIMEOUT_SECONDS = 20

// An image takes one thread, and leaves nothing in memory; only decoders of what may be uploaded can be reached.
sharp.concurrency(1)
sharp.cache(false)
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Nsgif'].map(decoder => `VipsForeignLoad${decoder}Buffer`),
})

/** Formats by content type: quality of what loses some, sizes as `sharp` says. */
const ENCODERS: Record<string, (image: Sharp) => Sharp> = {
  'image/jpeg': image => image.jpeg({ quality: 85 }),
  'image/png': image => image.png(),
  'image/webp': image => image.webp({ quality: 85 }),
  'image/gif': image => image.gif(),
}

/**
 * `contentType` as the content showed it. Throws 422 for an image that is cut short, damaged, or too large to be
 * unpacked; an animation counts with all its frames.
 */
export async function reencodeImage(bytes: Buffer, contentType: string): Promise<ReencodedImage> {
  const encode = ENCODERS[contentType]
  if (encode === undefined) throw new Error(`no encoder for ${contentType}`)
  const header = sharp(bytes, { limitInputPixels: false })
  const { width, height, pages = 1, isProgressive } = await readable(header.metadata())
  const isStreamed = contentType === 'image/jpeg' && !isProgressive
  const limitInputPixels = isStreamed ? MAX_STREAMED_PIXELS : MAX_WHOLE_PIXELS
  if (width * height * pages > limitInputPixels)
    throw invalid('file', `must have at most ${limitInputPixels / 1e6} million pixels, all frames counted`)
  const image = sharp(bytes, { animated: pages > 1, limitInputPixels })
  if (pages === 1) image.autoOrient()
  image.resize(MAX_EDGE, MAX_EDGE, INSIDE).timeout({ seconds: TIMEOUT_SECONDS })
  const { data, info } = await readable(encode(image).toBuffer({ resolveWithObject: true }))
  const thumbnail = await sharp(data)
    .resize(THUMBNAIL_EDGE, THUMBNAIL_EDGE, INSIDE)
    .webp({ quality: 75 })
    .toBuffer()
  return { bytes: data, width: info.width, height: info.pageHeight ?? info.height, thumbnail }
}

const INSIDE = { fit: 'inside', withoutEnlargement: true } as const

function readable<Result>(work: Promise<Result>): Promise<Result> {
  return work.catch(() => {
    throw invalid('file', 'is not a complete image')
  })
}
