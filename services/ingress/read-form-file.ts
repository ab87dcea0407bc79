import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { Busboy } from '@fastify/busboy'
import { invalid, ProblemError } from '../../shared/contract/problems.ts'
import { requirePlainBytes } from './require-plain-bytes.ts'

export interface FormFile {
  /** What the client says it is. */
  declaredType: string
  /** Ends when the whole form has arrived and is well-formed; throws when it is refused. */
  bytes: AsyncGenerator<Buffer>
}

/** Fields beside the file, and what stands between them. */
const FORM_BYTES = 64 * 1024
const LIMITS = { parts: 20, fieldSize: 8 * 1024, headerPairs: 20, headerSize: 8 * 1024 }

/**
 * Reads `multipart/form-data` as it arrives and hands the file of one field to `use`. What is refused, by `use` or
 * here, is read to its end and forgotten: who is still sending would miss the answer.
 */
export async function readFormFile<Result>(
  incoming: IncomingMessage | undefined,
  { field, maxBytes }: { field: string; maxBytes: number },
  use: (file: FormFile) => Promise<Result>,
): Promise<Result> {
  // A plain request has JSON or nothing.
  if (incoming === undefined) throw noForm()
  const maxFormBytes = maxBytes + FORM_BYTES
  if (Number(incoming.headers['content-length']) > maxFormBytes) throw fileTooLarge(maxBytes, CLOSING)
  const form = openForm(incoming)
  const refused = new AbortController()
  const refuse = (error: unknown) => refused.abort(error)
  const arrived = once(form, 'finish', refused)
  const settled = arrived.catch(() => {})
  let used: Promise<Result> | undefined
  form.on('error', error => refuse(malformed(error)))
  form.on('file', (name, stream, _filename, _encoding, declaredType) => {
    // Who reads it is told; what is wrong with the form is an error of the form, too.
    stream.on('error', () => {})
    if (name !== field) return stream.resume()
    if (used) return refuse(invalid(field, 'must be one file'))
    refused.signal.addEventListener('abort', () => stream.destroy(refused.signal.reason))
    used = use({ declaredType, bytes: readBytes(stream, arrived, refused.signal) })
    return used.catch(refuse)
  })
  await feed(incoming, form, refused, () => fileTooLarge(maxBytes, CLOSING), maxFormBytes)
  await settled
  if (!used) refuse(invalid(field, 'is missing'))
  await used?.catch(() => {})
  refused.signal.throwIfAborted()
  return used as Promise<Result>
}

/** So that what is left of the body need not be read. */
const CLOSING = { Connection: 'close' }

export function fileTooLarge(maxBytes: number, headers = {}): ProblemError {
  return new ProblemError(413, `the file is larger than ${maxBytes} bytes`, { headers })
}

function noForm(): ProblemError {
  return new ProblemError(415, 'the body must be multipart/form-data')
}

function malformed(cause: unknown): ProblemError {
  return new ProblemError(400, 'the body is not valid multipart/form-data', { cause })
}

function openForm({ headers }: IncomingMessage) {
  requirePlainBytes(headers['content-encoding'])
  const type = headers['content-type'] ?? ''
  if (!/^multipart\/form-data\s*(;|$)/i.test(type)) {
    throw noForm()
  }
  try {
    return new Busboy({ headers: { ...headers, 'content-type': type }, limits: LIMITS })
  } catch (error) {
    throw malformed(error)
  }
}

async function feed(
  incoming: IncomingMessage,
  form: ReturnType<typeof openForm>,
  refused: AbortController,
  tooLarge: () => ProblemError,
  maxFormBytes: number,
): Promise<void> {
  let size = 0
  try {
    for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
      size += chunk.length
      if (size > maxFormBytes) return refused.abort(tooLarge())
      if (refused.signal.aborted || form.write(chunk)) continue
      await once(form, 'drain', refused).catch(() => {})
    }
    form.end()
  } catch (error) {
    refused.abort(new ProblemError(400, 'the body ended early', { cause: error }))
  }
}

async function* readBytes(stream: Readable, arrived: Promise<unknown>, refusal: AbortSignal) {
  try {
    yield* stream as AsyncIterable<Buffer>
    await arrived
  } catch (error) {
    refusal.throwIfAborted()
    throw malformed(error)
  }
}
