import { newId } from '../../../shared/contract/identifiers.ts'
import { invalid } from '../../../shared/contract/problems.ts'
import { describeError } from '../../../shared/errors.ts'
import { detectMediaType, HEAD_BYTES, type MediaType } from '../../../shared/media/detect-media-type.ts'
import { createDurationReader } from '../../../shared/media/read-duration.ts'
import { traceIdOf } from '../../../shared/tracing.ts'
import { answer } from '../answer.ts'
import type { IngressContext, IngressDeps, Route } from '../context.ts'
import { limit } from '../limit.ts'
import { type FormFile, fileTooLarge, readFormFile } from '../read-form-file.ts'

const FIELD = 'file'

interface Stored {
  keys: string[]
  data: object
}

/**
 * `POST /upload`: 201 with the address of the file. An image is made anew and gets a thumbnail; sound and video go to
 * the bucket as they come.
 */
export function uploadMedia(deps: IngressDeps): Route {
  const { media, images, signer, uploadMaxBytes, logger } = deps
  const urlOf = (key: string) => signer.url(media.urlOf(key))

  async function store(userId: number, { declaredType, bytes }: FormFile): Promise<Stored> {
    const head = await readHead(bytes)
    if (head.length === 0) throw invalid(FIELD, 'is empty')
    const type = await detectMediaType(head, declaredType)
    const isImage = type.contentType.startsWith('image/')
    return (isImage ? storeImage : storeRecording)(`${userId}/${newId()}`, type, joined(head, bytes))
  }

  async function storeImage(name: string, { contentType, extension }: MediaType, file: FileBytes) {
    const { bytes, thumbnail, width, height } = await images.take(file, contentType)
    const [key, thumbnailKey] = [`${name}.${extension}`, `${name}-thumbnail.webp`]
    await media.put({ key, contentType, bytes: joined(bytes) })
    await media
      .put({ key: thumbnailKey, contentType: 'image/webp', bytes: joined(thumbnail) })
      .catch(async error => {
        await media.remove(key).catch(() => {})
        throw error
      })
    const urls = { url: await urlOf(key), mediaThumbnailUrl: await urlOf(thumbnailKey) }
    return { keys: [key, thumbnailKey], data: { ...urls, contentType, size: bytes.length, width, height } }
  }

  async function storeRecording(name: string, { contentType, extension }: MediaType, file: FileBytes) {
    const key = `${name}.${extension}`
    const durationReader = createDurationReader()
    let size = 0
    async function* watched() {
      for await (const chunk of file) {
        size += chunk.length
        if (size > uploadMaxBytes) throw fileTooLarge(uploadMaxBytes)
        await durationReader.write(chunk)
        yield chunk
      }
    }
    let duration: number | undefined
    try {
      await media.put({ key, contentType, bytes: watched() })
    } finally {
      duration = await durationReader.end()
    }
    const length = duration === undefined ? {} : { duration }
    return { keys: [key], data: { url: await urlOf(key), contentType, size, ...length } }
  }

  async function removeAll(c: IngressContext, keys: string[]): Promise<void> {
    const ids = { requestId: c.get('requestId'), traceId: traceIdOf(c.get('trace')) }
    const warn = (key: string) => (error: unknown) =>
      logger.warn({ ...ids, key, error: describeError(error) }, 'media is left')
    await Promise.all(keys.map(key => media.remove(key).catch(warn(key))))
  }

  return async function uploadMediaRoute(c) {
    limit(deps, c, 'uploads')
    const { incoming } = c.env
    const limits = { field: FIELD, maxBytes: uploadMaxBytes }
    const { keys, data } = await readFormFile(incoming, limits, file => store(c.get('userId'), file))
    // Who has gone does not learn the address: nobody will ever ask for it.
    if (c.req.raw.signal.aborted) await removeAll(c, keys)
    return answer(c, 201, { data })
  }
}

type FileBytes = AsyncGenerator<Buffer>

/** Reads on until the type can be told. */
async function readHead(bytes: FileBytes): Promise<Buffer> {
  const chunks: Buffer[] = []
  for (let size = 0; size < HEAD_BYTES; ) {
    const { done, value } = await bytes.next()
    if (done) break
    chunks.push(value)
    size += value.length
  }
  return Buffer.concat(chunks)
}

async function* joined(head: Buffer, rest?: FileBytes): FileBytes {
  yield head
  if (rest) yield* rest
}
