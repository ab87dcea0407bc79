import { expect, test } from 'vitest'
import type { Message } from '../../shared/contract/objects.ts'
import { type ChatUser, createPair, type Device, readPages } from '../support/chat-user.ts'

const MESSAGES_BY_SOCKET = 150
const MESSAGES_BY_REST = 100
/** Requests one user has under way at once by REST. */
const PARALLEL = 8

test('500 messages of two users at once, by socket and REST, have one gap-free order for everybody', async () => {
  const [ann, ben] = await createPair()
  const devices = await Promise.all([ann.openSocket(), ann.openSocket(), ben.openSocket(), ben.openSocket()])
  const [annsPhone, , bensPhone] = devices as [Device, Device, Device, Device]
  const total = 2 * (MESSAGES_BY_SOCKET + MESSAGES_BY_REST)
  await Promise.all([
    sendBySocket(annsPhone, ben.id, 'ann by socket'),
    sendBySocket(bensPhone, ann.id, 'ben by socket'),
    sendByRest(ann, ben.id, 'ann by REST'),
    sendByRest(ben, ann.id, 'ben by REST'),
  ])

  const orders = await Promise.all(
    devices.map(async device => {
      const frames = await device.waitForFrames(total, frame => frame.type === 'newMessage', 60_000)
      return frames.map(frame => frame.data as Message)
    }),
  )
  const [order] = orders as [Message[]]
  expect(order.map(message => message.seq)).toEqual(Array.from({ length: total }, (_, n) => n + 1))
  expect(order.map(message => message.version)).toEqual(order.map(message => message.seq))
  for (const other of orders) expect(other).toEqual(order)

  const path = `/conversations/${order[0]?.conversationId}/messages`
  for (const user of [ann, ben]) {
    const pages = await readPages<Message>(page => {
      if (page === undefined) return `${path}?limit=100&after=0`
      return page.hasMore ? `${path}?limit=100&after=${page.nextAfter}` : undefined
    }, user.get)
    expect(pages.flat()).toEqual(order)
  }
  for (const label of ['ann by socket', 'ben by socket']) {
    const own = order.filter(message => message.textContent?.startsWith(label))
    const sent = Array.from({ length: MESSAGES_BY_SOCKET }, (_, n) => `${label} ${n}`)
    expect(own.map(message => message.textContent)).toEqual(sent)
  }
  for (const label of ['ann by REST', 'ben by REST']) {
    const own = order.filter(message => message.textContent?.startsWith(label))
    expect(new Set(own.map(message => message.textContent)).size).toBe(MESSAGES_BY_REST)
  }
})

test('what one sends by REST, each after the answer to the one before, keeps its order', async () => {
  const [ann, ben] = await createPair()
  const phone = await ben.openSocket()
  const texts = Array.from({ length: 30 }, (_, n) => `no. ${n}`)
  for (const textContent of texts)
    await ann.post('/messages', { recipientId: ben.id, contentType: 'text', textContent })
  const frames = await phone.waitForFrames(texts.length, frame => frame.type === 'newMessage')
  expect(frames.map(frame => frame.data.textContent)).toEqual(texts)
})

async function sendBySocket(phone: Device, recipientId: number, label: string): Promise<void> {
  for (let n = 0; n < MESSAGES_BY_SOCKET; n++) {
    const data = { recipientId, contentType: 'text', textContent: `${label} ${n}` }
    phone.send({ action: 'sendMessage', data })
  }
  const acks = await phone.waitForFrames(MESSAGES_BY_SOCKET, frame => frame.type === 'ack', 60_000)
  expect(acks.map(ack => ack.data.textContent)).toEqual(
    Array.from({ length: MESSAGES_BY_SOCKET }, (_, n) => `${label} ${n}`),
  )
}

async function sendByRest(sender: ChatUser, recipientId: number, label: string): Promise<void> {
  let next = 0
  const sendOn = async () => {
    while (next < MESSAGES_BY_REST) {
      const textContent = `${label} ${next++}`
      const { status } = await sender.post('/messages', { recipientId, contentType: 'text', textContent })
      expect(status).toBe(202)
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, sendOn))
}
