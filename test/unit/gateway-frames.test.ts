import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFrameMeter } from '../../services/gateway/frame-meter.ts'
import { createFrameQueue } from '../../services/gateway/frame-queue.ts'
import { selectRoute } from '../../services/gateway/select-route.ts'
import { limitParallel } from '../../shared/limit-parallel.ts'

const LIMIT = 32 * 1024

/** A masked text frame as a client writes it. */
function frameOf(payloadBytes: number): Buffer {
  const mask = Buffer.from([1, 2, 3, 4])
  const payload = Buffer.alloc(payloadBytes, 0x81)
  if (payloadBytes < 126) return Buffer.concat([Buffer.from([0x81, 0x80 | payloadBytes]), mask, payload])
  const length = Buffer.alloc(payloadBytes < 65536 ? 2 : 8)
  if (length.length === 2) length.writeUInt16BE(payloadBytes)
  else length.writeBigUInt64BE(BigInt(payloadBytes))
  const marker = length.length === 2 ? 126 : 127
  return Buffer.concat([Buffer.from([0x81, 0x80 | marker]), length, mask, payload])
}

const meets = (chunks: Buffer[]) => {
  const isTooLong = createFrameMeter(LIMIT)
  return chunks.some(chunk => isTooLong(chunk))
}

test('frames up to 32 KB pass, one byte more does not', () => {
  expect(meets([frameOf(0), frameOf(125), frameOf(126), frameOf(LIMIT)])).toBe(false)
  expect(meets([frameOf(LIMIT + 1)])).toBe(true)
  expect(meets([frameOf(5), frameOf(70_000)])).toBe(true)
})

test('a frame too long is found wherever the stream is cut into chunks', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: LIMIT }), { maxLength: 5 })
  fc.assert(
    fc.property(sizes, fc.boolean(), fc.integer({ min: 1, max: 5000 }), (sizes, hasLong, chunkBytes) => {
      const frames = sizes.map(frameOf)
      if (hasLong) frames.splice(Math.floor(frames.length / 2), 0, frameOf(LIMIT + 1))
      const stream = Buffer.concat(frames)
      const chunks: Buffer[] = []
      for (let start = 0; start < stream.length; start += chunkBytes)
        chunks.push(stream.subarray(start, start + chunkBytes))
      expect(meets(chunks)).toBe(hasLong)
    }),
    { numRuns: 50 },
  )
})

const later = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds))

function queueOf(maxInFlight: number, handle: (frame: number) => Promise<string | undefined>) {
  const log = {
    started: [] as number[],
    replies: [] as string[],
    paused: 0,
    resumed: 0,
    inFlight: 0,
    most: 0,
    idle: 0,
  }
  const queue = createFrameQueue<number>({
    async handle(frame) {
      log.started.push(frame)
      log.most = Math.max(log.most, ++log.inFlight)
      const body = await handle(frame)
      log.inFlight--
      return body
    },
    reply: async body => log.replies.push(body),
    pause: () => log.paused++,
    resume: () => log.resumed++,
    onIdle: () => log.idle++,
    maxInFlight,
  })
  return { queue, log }
}

test('replies leave in the order of their frames, however long each takes', async () => {
  const { queue, log } = queueOf(10, async frame => {
    await later(frame % 2 ? 1 : 8)
    return `r${frame}`
  })
  for (const frame of [0, 1, 2, 3]) queue.add(frame)
  await queue.settled()
  expect(log.replies).toEqual(['r0', 'r1', 'r2', 'r3'])
})

test('a queue is idle once all its frames are answered, and not before', async () => {
  const { queue, log } = queueOf(2, async frame => {
    expect(log.idle).toBe(0)
    return `r${frame}`
  })
  for (const frame of [0, 1, 2, 3, 4]) queue.add(frame)
  await queue.settled()
  expect(log).toMatchObject({ replies: ['r0', 'r1', 'r2', 'r3', 'r4'], idle: 1 })
})

test('no more frames are handled at once than allowed, and the socket rests meanwhile', async () => {
  const { queue, log } = queueOf(4, async frame => {
    await later(1)
    return String(frame)
  })
  const frames = Array.from({ length: 20 }, (_, index) => index)
  for (const frame of frames) queue.add(frame)
  expect(log.started).toHaveLength(4)
  await queue.settled()
  expect(log.started).toEqual(frames)
  expect(log.most).toBeLessThanOrEqual(4)
  expect(log.paused).toBe(log.resumed)
  expect(log.paused).toBeGreaterThan(0)
})

test('tasks beyond the limit wait for their turn', async () => {
  const inTurn = limitParallel(2)
  let running = 0
  let most = 0
  const task = async () => {
    most = Math.max(most, ++running)
    await later(1)
    running--
    if (most === 1) throw new Error('one fails')
  }
  await Promise.allSettled(Array.from({ length: 9 }, () => inTurn(task)))
  expect({ running, most }).toEqual({ running: 0, most: 2 })
})

test.each([
  ['{"action":"ping"}', 'ping'],
  ['{"action":"sendMessage","data":{}}', 'sendMessage'],
  ['{"action":"fly"}', '$default'],
  ['{"action":"$connect"}', '$default'],
  ['null', '$default'],
  ['no json', '$default'],
])('%s selects the route %s', (text, route) => {
  expect(selectRoute({ data: Buffer.from(text), isBinary: false })).toBe(route)
})
