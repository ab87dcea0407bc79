import { randomBytes } from 'node:crypto'
import sharp from 'sharp'
import { signToken } from '../../../shared/auth.ts'
import { sleep } from '../../../shared/lifecycle.ts'
import { rssMbOf } from '../figures/process-usage.ts'
import { addUsers, choosePairs } from '../systems/people.ts'
import { startPipeline } from '../systems/start-pipeline.ts'
import type { UploadOptions } from './options.ts'

const VIDEO_BYTES = 50 * 1024 * 1024 - 1_000
/** `ftyp` of an MP4. */
const MP4_HEAD = Buffer.from('000000106674797069736f6d00000000', 'hex')
const LOOK_EVERY_MS = 10
const SEND_EVERY_MS = 50
const WARM_UPS = 3

/** RSS of the ingress, MB. */
export interface Memory {
  before: number
  most: number
}

export interface UploadResults {
  oneByOne: Memory & { megabytesPerSecond: number }
  sideBySide: Memory
  photos: Memory & { perSecond: number; refused: number }
  /** Time of a send until it is accepted, ms. */
  quiet: Latency
  whilePhotos: Latency
}

interface Latency {
  p50: number
  p95: number
}

/** Uploads of the largest videos one by one and side by side, then photos for a while beside an ordinary sender. */
export async function runUploads(
  { videos, parallel, seconds }: UploadOptions,
  folder: string,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<UploadResults> {
  // As the image sets it.
  process.env.MALLOC_ARENA_MAX = '2'
  await using pipeline = await startPipeline(folder, '', signal)
  const pairs = choosePairs(2)
  await addUsers(pipeline.databaseUrl, pairs)
  const { ingressUrl, jwtSecret } = pipeline.target
  const pid = pipeline.processes.ingress as number
  const [uploader, sender] = await Promise.all(
    pairs.map(({ senderId }) => signToken(jwtSecret, senderId, 3_600)),
  )
  const call = (path: string, token: string | undefined, body: FormData | string) =>
    fetch(`${ingressUrl}/api/v1/chat${path}`, {
      ...{ method: 'POST', body, signal },
      headers: {
        authorization: `Bearer ${token}`,
        ...(typeof body === 'string' && { 'content-type': 'application/json' }),
      },
    })
  const upload = async (file: Blob) => {
    const form = new FormData()
    form.set('file', file)
    const { status, body } = await call('/upload', uploader, form)
    await body?.cancel()
    return status
  }
  const send = async () => {
    const startedAt = performance.now()
    const message = { recipientId: pairs[1]?.recipientId, contentType: 'text', textContent: 'hello' }
    const { status, body } = await call('/messages', sender, JSON.stringify(message))
    await body?.cancel()
    if (status !== 202) throw new Error(`a send was answered ${status}`)
    return performance.now() - startedAt
  }

  const video = new Blob([MP4_HEAD, randomBytes(VIDEO_BYTES - MP4_HEAD.length)])
  const uploadVideo = async () => {
    const status = await upload(video)
    if (status !== 201) throw new Error(`a video was answered ${status}`)
  }
  const photo = new Blob([new Uint8Array(await createPhoto())])
  say('warming up …')
  for (let index = 0; index < WARM_UPS; index++) await Promise.all([uploadVideo(), upload(photo), send()])

  say(`${videos} videos of 50 MB, one by one …`)
  const startedAt = performance.now()
  const oneByOne = await watchMemory(pid, async () => {
    for (let index = 0; index < videos; index++) await uploadVideo()
  })
  const tookSeconds = (performance.now() - startedAt) / 1_000
  say(`${parallel} videos of 50 MB, side by side …`)
  const sideBySide = await watchMemory(pid, async () => {
    await Promise.all(Array.from({ length: parallel }, uploadVideo))
  })

  say('sends in quiet, and beside photos of 12 megapixels …')
  const measureSends = () => sendSteadily(send, seconds * 1_000, signal)
  const quiet = await measureSends()
  const counts = { stored: 0, refused: 0 }
  let whilePhotos: Latency = { p50: 0, p95: 0 }
  const photos = await watchMemory(pid, async () => {
    const end = performance.now() + seconds * 1_000
    const keepUploading = async () => {
      while (performance.now() < end) counts[(await upload(photo)) === 201 ? 'stored' : 'refused']++
    }
    const uploading = Array.from({ length: parallel }, keepUploading)
    whilePhotos = await measureSends()
    await Promise.all(uploading)
  })
  return {
    oneByOne: { ...oneByOne, megabytesPerSecond: (videos * VIDEO_BYTES) / 1e6 / tookSeconds },
    sideBySide,
    photos: { ...photos, perSecond: counts.stored / seconds, refused: counts.refused },
    ...{ quiet, whilePhotos },
  }
}

/** As grainy as a photo is: about 6 MB. */
async function createPhoto(): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 128, sigma: 20 } as const
  const create = { width: 4_032, height: 3_024, channels: 3, background: 'grey', noise } as const
  return sharp({ create }).jpeg({ quality: 90 }).withMetadata({ orientation: 6 }).toBuffer()
}

async function watchMemory(pid: number, act: () => Promise<void>): Promise<Memory> {
  const before = rssMbOf(pid)
  let most = before
  const looking = setInterval(() => {
    most = Math.max(most, rssMbOf(pid))
  }, LOOK_EVERY_MS)
  try {
    await act()
  } finally {
    clearInterval(looking)
  }
  return { before, most }
}

async function sendSteadily(
  send: () => Promise<number>,
  forMs: number,
  signal: AbortSignal,
): Promise<Latency> {
  const times: number[] = []
  for (const end = performance.now() + forMs; performance.now() < end; ) {
    times.push(await send())
    await sleep(SEND_EVERY_MS, signal)
  }
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0
  return { p50: at(0.5), p95: at(0.95) }
}
