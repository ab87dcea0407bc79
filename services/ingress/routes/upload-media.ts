import { newId } from '../../../shared/contract/identifiers.ts'
import { invalid, ProblemError } from '../../../shared/contract/problems.ts'
import { describeError } from '../../../shared/errors.ts'
import { detectMediaType, HEAD_BYTES } from '../../../shared/media/detect-media-type.ts'
import { traceIdOf } from '../../../shared/tracing.ts'
import { answer } from '../answer.ts'
import type { IngressDeps, Route } from '../context.ts'
import { type FormFile, fileTooLarge, readFormFile } from '../read-form-file.ts'

const FIELD = 'file'

/** `POST /upload`: 201 with the address of the file, which went to the bucket as it came. */
export function uploadMedia({ media, uploadMaxBytes, logger }: IngressDeps): Route {
  async function store(userId: number, { declaredType, bytes }: FormFile) {
    const head = await readHead(bytes)
    if (head.length === 0) throw invalid(FIELD, 'is empty')
    const type = await detectMediaType(head, declaredType)
    if (!type) throw new ProblemError(415, 'the file is of no type that may be uploaded')
    const key = `${userId}/${newId()}.${type.extension}`
    let size = 0
    async function* counted() {
      for await (const chunk of joined(head, bytes)) {
        size += chunk.length
        if (size > uploadMaxBytes) throw fileTooLarge(uploadMaxBytes)
        yield chunk
      }
    }
    await media.put({ key, contentType: type.contentType, bytes: counted() })
    return { key, data: { url: media.urlOf(key), contentType: type.contentType, size } }
  }

  return async function uploadMediaRoute(c) {
    const { incoming } = c.env
    const limits = { field: FIELD, maxBytes: uploadMaxBytes }
    const { key, data } = await readFormFile(incoming, limits, file => store(c.get('userId'), file))
    // Who has gone does not learn the address: nobody will ever ask for it.
    if (c.req.raw.signal.aborted) {
      const ids = { requestId: c.get('requestId'), traceId: traceIdOf(c.get('trace')) }
      await media
        .remove(key)
        .catch(error => logger.warn({ ...ids, key, error: describeError(error) }, 'media is left'))
    }
    return answer(c, 201, { data })
  }
}

/** Reads on until the type can be told. */
async function readHead(bytes: AsyncGenerator<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for (let size = 0; size < HEAD_BYTES; ) {
    const { done, value } = await bytes.next()
    if (done) break
    chunks.push(value)
    size += value.length
  }
  return Buffer.concat(chunks)
}

async function* joined(head: Buffer, rest: AsyncGenerator<Buffer>) {
  yield head
  yield* rest
}
