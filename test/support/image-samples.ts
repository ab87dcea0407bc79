import { crc32 } from 'node:zlib'
import sharp from 'sharp'

/** A photo as a phone stores it: lying on its side, with place, device and a comment. Upright it is 600 × 800. */
export function createPhoto(): Promise<Buffer> {
  return gradient(800, 600)
    .jpeg()
    .withExif({
      IFD0: { Make: 'Phone of Ann', Orientation: '6' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 30/1 0/1', GPSLongitudeRef: 'E' },
    })
    .withMetadata({ orientation: 6 })
    .toBuffer()
}

/** From black at the left to white at the right, so that a turn shows. */
export function gradient(width: number, height: number) {
  const pixels = Buffer.alloc(width * height * 3)
  for (let at = 0; at < width * height; at++) pixels.fill(((at % width) * 255) / width, at * 3, at * 3 + 3)
  return sharp(pixels, { raw: { width, height, channels: 3 } })
}

/** Five frames of 100 × 80. */
export function createAnimation(format: 'gif' | 'webp'): Promise<Buffer> {
  const frame = 100 * 80 * 3
  const pixels = Buffer.alloc(frame * 5)
  for (let index = 0; index < 5; index++) pixels.fill(index * 50, index * frame, (index + 1) * frame)
  const raw = { width: 100, height: 400, channels: 3, pageHeight: 80 } as const
  return sharp(pixels, { raw })
    [format]({ delay: [40, 40, 40, 40, 40] })
    .toBuffer()
}

/** A PNG of a few bytes that says it is this large, with all its checksums right. */
export function claimSize(png: Buffer, width: number, height: number): Buffer {
  const claimed = Buffer.from(png)
  claimed.writeUInt32BE(width, 16)
  claimed.writeUInt32BE(height, 20)
  claimed.writeUInt32BE(crc32(claimed.subarray(12, 29)), 29)
  return claimed
}
