import type { RequestHandler } from 'express'

const MAX_BODY_BYTES = 256 * 1024

/** Reads a JSON body without the streams, charsets and encodings that `express.json` is prepared for. */
export const readJson: RequestHandler = (request, response, next) => {
  const chunks: Buffer[] = []
  let size = 0
  request.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= MAX_BODY_BYTES) chunks.push(chunk)
  })
  request.on('end', () => {
    if (size > MAX_BODY_BYTES) return void response.status(413).end()
    try {
      request.body = JSON.parse(String(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)))
    } catch {
      return void response.status(400).end()
    }
    next()
  })
}
