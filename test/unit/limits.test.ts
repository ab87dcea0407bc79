import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createFramePace } from '../../services/gateway/frame-pace.ts'
import { acceptMessage } from '../../shared/contract/accept-command.ts'
import { parseRequest } from '../../shared/contract/problems.ts'
import { sendMessageBody } from '../../shared/contract/requests.ts'
import { createLimits } from '../../shared/limits/create-limits.ts'
import { createHoldBack } from '../../shared/limits/hold-back.ts'
import { createKnownPairs } from '../../shared/limits/known-pairs.ts'
import { limitSettings } from '../../shared/limits/limit-settings.ts'
import { takeSend } from '../../shared/limits/take-send.ts'

const ADA = 1
const BEN = 2

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function messageTo(recipientId: number, senderId = ADA) {
  const body = parseRequest(sendMessageBody, { recipientId, contentType: 'text', textContent: 'hi' })
  return acceptMessage(senderId, body, { mediaOrigins: [] }).command
}

test('so many may be taken at once, and what was taken comes back evenly', () => {
  const limits = createLimits({ RATE_LIMIT_SENDS: '3/12' })
  const take = () => limits.take('sends', ADA)
  expect(take()).toMatchObject({ limit: 3, remaining: 2, resetSeconds: 4 })
  take()
  expect(take()).toMatchObject({ limit: 3, remaining: 0, resetSeconds: 12 })
  const refusal = {
    status: 429,
    message: 'too many messages; try again in 8 s',
    retryAfter: 8,
    headers: {
      ...{ 'RateLimit-Limit': '3', 'RateLimit-Remaining': '0', 'RateLimit-Reset': '16' },
      'Retry-After': '8',
    },
  }
  expect(take).toThrow(expect.objectContaining(refusal))
  expect(limits.take('sends', BEN)?.remaining, 'others are not concerned').toBe(2)
  vi.advanceTimersByTime(8_000)
  expect(take()?.remaining, 'who waits as told gets what is due').toBe(0)
  vi.advanceTimersByTime(60_000)
  expect(take()).toMatchObject({ remaining: 2, resetSeconds: 4 })
})

test('who asks again and again in vain gets nothing until he waits, and never has to wait for more than two spans', () => {
  const limits = createLimits({ RATE_LIMIT_SENDS: '3/12' })
  const take = () => limits.take('sends', ADA)
  for (let n = 0; n < 3; n++) take()
  for (let n = 0; n < 60; n++) {
    expect(take).toThrow()
    vi.advanceTimersByTime(1_000)
  }
  expect(take).toThrow(expect.objectContaining({ retryAfter: 16 }))
  vi.advanceTimersByTime(16_000)
  expect(take()?.remaining).toBe(0)
  expect(take).toThrow(expect.objectContaining({ retryAfter: 8 }))
})

test('over a long time nobody gets more than the burst and the rate', () => {
  const limits = createLimits({ RATE_LIMIT_SENDS: '60/20' })
  let taken = 0
  for (let milliseconds = 0; milliseconds < 600_000; milliseconds += 100) {
    if (limits.hasLeft('sends', ADA, 0)) {
      limits.take('sends', ADA)
      taken++
    }
    vi.advanceTimersByTime(100)
  }
  expect(taken).toBeGreaterThanOrEqual(1_855)
  expect(taken).toBeLessThanOrEqual(1_860)
})

test('what is off is not limited', () => {
  const limits = createLimits({ RATE_LIMIT_SENDS: 'off' })
  for (const name of ['sends', 'reads'] as const) expect(limits.take(name, ADA)).toBeUndefined()
})

test.each(['off', '1/1', '600/60'])('%s is a limit', value => {
  expect(limitSettings.RATE_LIMIT_SENDS.safeParse(value).success).toBe(true)
})
test.each(['0/60', '60', '60/0', '-1/60', '1.5/60', 'on'])('%s is none', value => {
  expect(limitSettings.RATE_LIMIT_SENDS.safeParse(value).success).toBe(false)
})

test('messages to one user are limited beside those to all, and the nearer end is told', () => {
  const limits = createLimits({ RATE_LIMIT_SENDS: '10/60', RATE_LIMIT_SENDS_TO_ONE: '2/60' })
  const deps = { limits, pairs: createKnownPairs() }
  expect(takeSend(deps, messageTo(BEN), 'newConversations')).toMatchObject({ limit: 2, remaining: 1 })
  takeSend(deps, messageTo(BEN), 'newConversations')
  expect(() => takeSend(deps, messageTo(BEN), 'newConversations')).toThrow('too many messages to this user')
  expect(takeSend(deps, messageTo(3), 'newConversations')).toMatchObject({ limit: 2, remaining: 1 })
})

test('strangers may be written to so many in an hour; who is known, or wrote first, is none', () => {
  const limits = createLimits({ RATE_LIMIT_NEW_CONVERSATIONS: '2/3600' })
  const deps = { limits, pairs: createKnownPairs() }
  const sendTo = (recipientId: number) => () => takeSend(deps, messageTo(recipientId), 'newConversations')
  takeSend(deps, messageTo(ADA, 99), 'newConversations')
  for (const recipientId of [2, 3]) expect(sendTo(recipientId)).not.toThrow()
  expect(sendTo(4)).toThrow('too many new conversations; try again in 3600 s')
  for (const recipientId of [2, 3, 99]) expect(sendTo(recipientId)).not.toThrow()
})

test('a refusal is told a second later', async () => {
  const holdBack = createHoldBack()
  let isTold = false
  void holdBack().then(() => {
    isTold = true
  })
  await vi.advanceTimersByTimeAsync(999)
  expect(isTold).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  expect(isTold).toBe(true)
})

test('frames beyond so many a second wait for the next second, in their order', async () => {
  const pace = createFramePace(3)
  const handled: number[] = []
  const handle = (frame: number) => {
    const wait = pace()
    if (wait) void wait.then(() => handled.push(frame))
    else handled.push(frame)
  }
  for (const frame of [1, 2, 3, 4, 5]) handle(frame)
  expect(handled).toEqual([1, 2, 3])
  await vi.advanceTimersByTimeAsync(1_000)
  expect(handled).toEqual([1, 2, 3, 4, 5])
  handle(6)
  expect(handled.at(-1)).toBe(6)
})
