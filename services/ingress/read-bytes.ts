import type { IncomingMessage } from 'node:http'
import { ProblemError } from '../../shared/contract/problems.ts'
import type { IngressContext } from './context.ts'

/** The longest body that can be valid: 5000 characters, each escaped as JSON at its longest, and the rest. */
const MAX_BODY_BYTES = 256 * 1024
/** As much is read of a body too long, and forgotten: who is still sending would miss the answer. */
const MAX_READ_BYTES = 8 * 1024 * 1024

/** The body of a request; 413 for a longer one. */
export async function readBytes(c: IngressContext): Promise<ArrayBuffer | Uint8Array> {
  if (c.env?.plain) return c.env.plain.body
  const told = c.req.header('content-length')
  if (told === undefined) return readUntold(c.req.raw.body)
  if (Number(told) > MAX_BODY_BYTES) throw tooLarge()
  const incoming = c.env?.incoming
  return await (incoming && !incoming.destroyed ? readTold(incoming) : c.req.arrayBuffer())
}

/**
 * A body whose length the HTTP parser holds to what was told. Straight from the request: the adapter's `arrayBuffer`,
 * which also finds what is left by a client who has gone, copies it and adds and removes more listeners.
 */
function readTold(incoming: IncomingMessage): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)))
    incoming.on('error', reject)
  })
}

/** A body whose length is not told beforehand. */
async function readUntold(body: Request['body']): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    size += chunk.length
    if (size <= MAX_BODY_BYTES) chunks.push(chunk)
    if (size > MAX_READ_BYTES) throw tooLarge({ Connection: 'close' })
  }
  if (size > MAX_BODY_BYTES) throw tooLarge()
  return Buffer.concat(chunks)
}

function tooLarge(headers = {}): ProblemError {
  return new ProblemError(413, `the body is larger than ${MAX_BODY_BYTES} bytes`, { headers })
}
