import { afterAll, beforeAll, expect, test } from 'vitest'
import { conversationIdOf } from '../../shared/contract/identifiers.ts'
import type { Message } from '../../shared/contract/objects.ts'
import { sleep } from '../../shared/lifecycle.ts'
import {
  type Answer,
  type ChatUser,
  createChatUser,
  createPair,
  readPages,
  waitUntil,
} from '../support/chat-user.ts'
import { startFreezableStack } from '../support/freezable-stack.ts'
import { areGone, signal } from '../support/stack-processes.ts'

const INTERVAL_MS = 50
const HEALED_WITHIN_MS = 60_000

let stack: Awaited<ReturnType<typeof startFreezableStack>>
beforeAll(async () => {
  stack = await startFreezableStack()
})
afterAll(() => stack[Symbol.asyncDispose]())

interface Attempt {
  text: string
  key: string
  answer: Promise<Answer | undefined>
}

/** Twenty messages a second, whatever becomes of them; undefined is no answer at all. */
async function sendFor(milliseconds: number, from: ChatUser, to: ChatUser): Promise<Attempt[]> {
  const attempts: Attempt[] = []
  for (const endsAt = Date.now() + milliseconds; Date.now() < endsAt; await sleep(INTERVAL_MS))
    attempts.push(attempt(`no. ${attempts.length}`, from, to))
  return attempts
}

function attempt(text: string, from: ChatUser, to: ChatUser): Attempt {
  const body = { recipientId: to.id, contentType: 'text', textContent: text }
  const key = `outage ${text}`
  return {
    text,
    key,
    answer: from.post('/messages', body, { 'idempotency-key': key }).catch(() => undefined),
  }
}

const statusesOf = (attempts: Attempt[]) =>
  Promise.all(attempts.map(async ({ answer }) => (await answer)?.status))

async function allMessages(user: ChatUser, conversationId: string): Promise<Message[]> {
  const path = `/conversations/${conversationId}/messages`
  const pages = await readPages<Message>(page => {
    if (page === undefined) return `${path}?limit=100&after=0`
    return page.hasMore ? `${path}?limit=100&after=${page.nextAfter}` : undefined
  }, user.get)
  return pages.flat()
}

/** Each text once, and every seq from 1 on. */
async function expectStoredOnce(user: ChatUser, conversationId: string, texts: string[]): Promise<void> {
  await waitUntil(async () => {
    const answer = await user.get(`/conversations/${conversationId}`).catch(() => undefined)
    return answer?.body?.data?.lastSeq >= texts.length
  }, HEALED_WITHIN_MS)
  const stored = await allMessages(user, conversationId)
  expect(stored.map(message => message.textContent).toSorted()).toEqual(texts.toSorted())
  expect(stored.map(message => message.seq)).toEqual(texts.map((_, n) => n + 1))
}

test('PostgreSQL stands still under load: sends are accepted, reads say when to ask again, then all is stored and pushed', async () => {
  const [ann, ben] = await createPair(stack.env)
  const bensPhone = await ben.openSocket()
  const { conversationId } = await ann.sendText(ben.id, 'before')
  await stack.database.freeze()
  try {
    const reading = ben.get(`/conversations/${conversationId}/messages`)
    const attempts = await sendFor(8_000, ann, ben)
    expect(new Set(await statusesOf(attempts))).toEqual(new Set([202]))
    const { status, headers } = await reading
    expect(status).toBe(503)
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    stack.database.thaw()
    const texts = ['before', ...attempts.map(({ text }) => text)]
    await expectStoredOnce(ben, conversationId, texts)
    const isNew = (frame: { type: string }) => frame.type === 'newMessage'
    const frames = await bensPhone.waitForFrames(texts.length, isNew, HEALED_WITHIN_MS)
    expect(new Set(frames.map(({ data }) => data.textContent))).toEqual(new Set(texts))
  } finally {
    stack.database.thaw()
  }
})

test('the queues stand still under load: sends give 503 and can be repeated, and each is stored once', async () => {
  const [ann, ben] = await createPair(stack.env)
  const { conversationId } = await ann.sendText(ben.id, 'before')
  await stack.queues.freeze()
  let attempts: Attempt[]
  try {
    attempts = await sendFor(6_500, ann, ben)
  } finally {
    stack.queues.thaw()
  }
  const statuses = await statusesOf(attempts)
  expect(statuses.filter(status => status !== 202 && status !== 503)).toEqual([])
  expect(statuses).toContain(503)
  for (const { text } of attempts)
    await waitUntil(async () => (await attempt(text, ann, ben).answer)?.status === 202, HEALED_WITHIN_MS)
  await expectStoredOnce(ben, conversationId, ['before', ...attempts.map(({ text }) => text)])
})

test('everything killed at once, stores included, and started again: every accepted message is there', async () => {
  const [ann, ben] = await createPair(stack.env)
  const { conversationId } = await ann.sendText(ben.id, 'before')
  expect(conversationId).toBe(conversationIdOf(ann.id, ben.id))
  const attempts = Array.from({ length: 100 }, (_, n) => attempt(`no. ${n}`, ann, ben))
  await Promise.all(attempts.slice(0, 50).map(({ answer }) => answer))
  const pids = await stack.pids()
  signal(pids, 'SIGKILL')
  await waitUntil(async () => areGone(pids), HEALED_WITHIN_MS)
  const statuses = await statusesOf(attempts)
  const accepted = attempts.filter((_, n) => statuses[n] === 202).map(({ text }) => text)
  expect(accepted.length).toBeGreaterThanOrEqual(50)

  await stack.restart()
  const [sender, reader] = (await Promise.all([ann, ben].map(({ id }) => createChatUser(id, stack.env)))) as [
    ChatUser,
    ChatUser,
  ]
  expect((await attempt('after', sender, ben).answer)?.status).toBe(202)
  // What the killed persister had in hand comes first, when its visibility is over.
  const isLast = ({ textContent }: Message) => textContent === 'after'
  await waitUntil(async () => (await allMessages(reader, conversationId)).some(isLast), HEALED_WITHIN_MS)
  const stored = await allMessages(reader, conversationId)
  const texts = stored.map(message => message.textContent)
  expect(texts).toEqual(expect.arrayContaining(['before', ...accepted, 'after']))
  expect(new Set(texts).size).toBe(texts.length)
  expect(stored.map(message => message.seq)).toEqual(stored.map((_, n) => n + 1))
})
