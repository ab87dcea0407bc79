import { ProblemError } from '../../shared/contract/problems.ts'
import { limitParallel } from '../../shared/limit-parallel.ts'
import { type ReencodedImage, reencodeImage } from '../../shared/media/reencode-image.ts'
import { fileTooLarge } from './read-form-file.ts'

export interface ImageIntake {
  /** 413 for too large an image, 422 for what is none, 503 while there is no room for it. */
  take(source: AsyncIterable<Buffer>, contentType: string): Promise<ReencodedImage>
}

export interface IntakeLimits {
  maxImageBytes: number
  /** Made anew at a time, each on a thread of its own; the event loop and half the threads stay free. */
  parallel: number
  /** Waiting for their turn. */
  maxWaiting: number
  /** Of all that arrive, wait and are made anew together. */
  maxHeldBytes: number
}

const MEGABYTE = 1024 * 1024
const LIMITS: IntakeLimits = {
  maxImageBytes: 15 * MEGABYTE,
  parallel: 2,
  maxWaiting: 8,
  maxHeldBytes: 60 * MEGABYTE,
}

/** Images are held in memory until they are made anew: this bounds how many. */
export function createImageIntake(changed: Partial<IntakeLimits> = {}): ImageIntake {
  const limits = { ...LIMITS, ...changed }
  const inTurn = limitParallel(limits.parallel)
  let arrived = 0
  let heldBytes = 0
  return {
    async take(source, contentType) {
      const chunks: Buffer[] = []
      let size = 0
      try {
        for await (const chunk of source) {
          size += chunk.length
          heldBytes += chunk.length
          if (size > limits.maxImageBytes) throw fileTooLarge(limits.maxImageBytes)
          if (heldBytes > limits.maxHeldBytes) throw busy()
          chunks.push(chunk)
        }
        if (arrived >= limits.parallel + limits.maxWaiting) throw busy()
        arrived++
        return await inTurn(() => reencodeImage(Buffer.concat(chunks), contentType)).finally(() => arrived--)
      } finally {
        heldBytes -= size
      }
    },
  }
}

function busy(): ProblemError {
  return new ProblemError(503, 'too many images at once; try again', { headers: { 'Retry-After': '2' } })
}
