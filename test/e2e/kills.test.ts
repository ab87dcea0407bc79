import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { MAX_FRAME_BYTES } from '../../shared/contract/frames.ts'
import { conversationIdOf } from '../../shared/contract/identifiers.ts'
import type { Message } from '../../shared/contract/objects.ts'
import { type ChatUser, createPair, type Device, readPages, waitUntil } from '../support/chat-user.ts'
import { startStack } from '../support/start-stack.ts'

type Service = 'ingress' | 'gateway' | 'persister' | 'delivery'

const MESSAGES = 100
/** A worker that is killed leaves what it had in hand invisible for ten seconds. */
vi.setConfig({ testTimeout: 90_000 })
const HEALED_WITHIN_MS = 60_000

// A system of its own: nobody else's sockets are cut, and nobody else waits for a process that starts again.
let stack: Awaited<ReturnType<typeof startStack>>
beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack[Symbol.asyncDispose]())

async function pidOf(service: Service): Promise<number> {
  const processes = JSON.parse(await readFile(join(stack.dataDir, 'processes.json'), 'utf8'))
  return processes[service].pid
}

/** Kills a service as the kernel would; its supervisor starts it again. */
async function kill(service: Service): Promise<void> {
  process.kill(await pidOf(service), 'SIGKILL')
}

async function allMessages(user: ChatUser, conversationId: string): Promise<Message[]> {
  const path = `/conversations/${conversationId}/messages`
  const pages = await readPages<Message>(page => {
    if (page === undefined) return `${path}?limit=100&after=0`
    return page.hasMore ? `${path}?limit=100&after=${page.nextAfter}` : undefined
  }, user.get)
  return pages.flat()
}

const seqsFrom1To = (count: number) => Array.from({ length: count }, (_, n) => n + 1)

/** Connects until it is let in, as a client does. */
async function reconnect(user: ChatUser): Promise<Device> {
  let device: Device | undefined
  await waitUntil(async () => {
    device = await user.openSocket().catch(() => undefined)
    return device !== undefined
  }, 20_000)
  return device as Device
}

test('persister and delivery killed while 100 messages are under way: all are stored once, in order, and pushed', async () => {
  const [ann, ben] = await createPair(stack.env)
  const [phone, bensPhone] = await Promise.all([ann.openSocket(), ben.openSocket()])
  const texts = Array.from({ length: MESSAGES }, (_, n) => `no. ${n}`)
  for (const textContent of texts)
    phone.send({ action: 'sendMessage', data: { recipientId: ben.id, contentType: 'text', textContent } })
  await bensPhone.waitForFrames(5, frame => frame.type === 'newMessage')
  await Promise.all([kill('persister'), kill('delivery')])
  await phone.waitForFrames(MESSAGES, frame => frame.type === 'ack')

  const frames = await bensPhone.waitForFrames(MESSAGES, isFirstOfItsSeq(), HEALED_WITHIN_MS)
  const stored = await allMessages(ann, conversationIdOf(ann.id, ben.id))
  expect(stored.map(message => message.textContent)).toEqual(texts)
  expect(stored.map(message => message.seq)).toEqual(seqsFrom1To(MESSAGES))
  expect(frames.map(frame => frame.data)).toEqual(stored)
})

/** Fits one frame of each message: a push that came twice counts once. */
function isFirstOfItsSeq() {
  let seen = new Map<number, object>()
  return (frame: { type: string; data: { seq: number } }) => {
    if (frame.type !== 'newMessage') return false
    const first = seen.get(frame.data.seq) ?? frame
    seen = seen.set(frame.data.seq, first)
    return first === frame
  }
}

test('the gateway killed while messages come: clients reconnect, and changes heal what they missed', async () => {
  const [ann, ben] = await createPair(stack.env)
  const bensPhone = await ben.openSocket()
  const first = await ann.sendText(ben.id, 'before')
  await bensPhone.waitForMessage(first.id)
  await kill('gateway')
  expect((await bensPhone.closed).code).toBe(1006)
  const missed = [await ann.sendText(ben.id, 'meanwhile 1'), await ann.sendText(ben.id, 'meanwhile 2')]

  const again = await reconnect(ben)
  const last = await ann.sendText(ben.id, 'after')
  const { data } = await again.waitForMessage(last.id)
  expect(data.version).toBe(4)
  const { body } = await ben.get(`/conversations/${first.conversationId}/changes?after=${first.version}`)
  expect(body.data).toEqual([...missed, last])
  again.send({
    action: 'sendMessage',
    requestId: 'r',
    data: { recipientId: ann.id, contentType: 'text', textContent: 'x' },
  })
  const ack = await again.waitForReply('r')
  await again.waitForMessage(ack.data.id)
})

test('the ingress killed among sends: what was answered is stored, and a retry of the rest stores it once', async () => {
  const [ann, ben] = await createPair(stack.env)
  const { conversationId } = await ann.sendText(ben.id, 'before')
  const sends = Array.from({ length: 30 }, (_, n) => ({
    recipientId: ben.id,
    contentType: 'text',
    textContent: `no. ${n}`,
  }))
  const send = (body: object, n: number) => ann.post('/messages', body, { 'idempotency-key': `send ${n}` })
  const attempts = sends.map((body, n) =>
    send(body, n).then(
      answer => answer.status,
      () => 'cut off',
    ),
  )
  await attempts[3]
  await kill('ingress')
  const results = await Promise.all(attempts)
  expect(results.filter(result => result !== 202 && result !== 'cut off')).toEqual([])

  await waitUntil(async () => (await ann.get('/unread-count').catch(() => undefined))?.status === 200, 20_000)
  for (const [n, body] of sends.entries()) expect((await send(body, n)).status).toBe(202)
  const last = await ann.sendText(ben.id, 'after')
  expect(last.seq).toBe(sends.length + 2)
  const stored = await allMessages(ben, conversationId)
  const texts = stored.map(message => message.textContent)
  expect(new Set(texts)).toEqual(new Set(['before', ...sends.map(({ textContent }) => textContent), 'after']))
  expect(stored.map(message => message.seq)).toEqual(seqsFrom1To(sends.length + 2))
})

test('no log of any process holds a token, a text or a media URL', async () => {
  const [ann, ben] = await createPair(stack.env)
  const secret = 'do not write this down'
  const origin = stack.env.MEDIA_ORIGINS?.split(',')[0]
  const mediaUrl = `${origin}${ann.id}/unlisted-picture.png`
  const phone = await ann.openSocket()
  await ann.sendText(ben.id, secret)
  await ann.sendMessage({ recipientId: ben.id, contentType: 'image', mediaUrl })
  phone.send({ action: 'sendMessage', requestId: 'r', data: { recipientId: ann.id, textContent: secret } })
  await phone.waitForReply('r')
  phone.send(`{"action": "sendMessage", "data": "${secret}`)
  await phone.waitForType('error')
  await ann.post('/messages', { recipientId: 0, contentType: 'text', textContent: secret })
  await ann.openSocket(`${ann.token}x`).catch(() => undefined)
  phone.send('x'.repeat(MAX_FRAME_BYTES + 1))
  await phone.closed

  const folder = join(stack.dataDir, 'logs')
  const names = await readdir(folder)
  const logs = await Promise.all(names.map(name => readFile(join(folder, name), 'utf8')))
  const all = logs.join('')
  expect(all).toContain('"service":"ingress"')
  expect(all).toContain('"service":"gateway"')
  const [head, , signature] = ann.token.split('.') as [string, string, string]
  for (const hidden of [`${head}.`, signature, secret, 'unlisted-picture']) expect(all).not.toContain(hidden)
})
