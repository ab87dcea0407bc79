import { expect, test } from 'vitest'
import { refusalOf, startTestGateway, tokenOf } from './gateway-harness.ts'

const ADA = 1
const BEN = 2
const send = (textContent: string, recipientId = BEN) => ({
  action: 'sendMessage',
  requestId: textContent,
  data: { recipientId, contentType: 'text', textContent },
})

test('a message too many is answered by an error that says when to come again; the socket stays', async () => {
  await using gateway = await startTestGateway({ rates: { RATE_LIMIT_SENDS: '2/60' } })
  const client = await gateway.connect(ADA)
  for (const name of ['a', 'b', 'c']) client.send(send(name))
  const frames = [await client.next(), await client.next(), await client.next()]
  expect(frames.map(({ type, requestId }) => [type, requestId])).toEqual([
    ['ack', 'a'],
    ['ack', 'b'],
    ['error', 'c'],
  ])
  expect(frames[2]?.data).toMatchObject({
    type: 'https://growzone.co/problems/too-many-requests',
    status: 429,
    retryAfter: expect.any(Number),
  })
  expect(gateway.commands).toHaveLength(2)
  client.send({ action: 'ping' })
  expect((await client.next()).type).toBe('pong')
})

test('all sockets of a user share what the user may send', async () => {
  await using gateway = await startTestGateway({ rates: { RATE_LIMIT_SENDS_TO_ONE: '1/60' } })
  const [phone, tablet] = await Promise.all([gateway.connect(ADA), gateway.connect(ADA)])
  phone.send(send('a'))
  expect((await phone.next()).type).toBe('ack')
  tablet.send(send('b'))
  expect((await tablet.next()).type).toBe('error')
  tablet.send(send('to another', 3))
  expect((await tablet.next()).type).toBe('ack')
})

test.each([
  ['RATE_LIMIT_TYPING', { action: 'typing', data: { recipientId: BEN, isTyping: true } }],
  [
    'RATE_LIMIT_WRITES',
    { action: 'markRead', data: { conversationId: '00000000-0000-5000-8000-000000000001', upToSeq: 1 } },
  ],
  ['RATE_LIMIT_WRITES', { action: 'ping' }],
])('%s limits the frame %j', async (setting, frame) => {
  await using gateway = await startTestGateway({ rates: { [setting]: '1/60' } })
  const client = await gateway.connect(ADA)
  client.send(frame)
  client.send(frame)
  expect((await client.next()).type).not.toBe('error')
  expect(await client.next()).toMatchObject({ type: 'error', data: { status: 429 } })
})

test('a conversation too many that the gateway has not seen is refused, with the way by which an old one is taken', async () => {
  await using gateway = await startTestGateway({ rates: { RATE_LIMIT_NEW_CONVERSATIONS: '1/3600' } })
  const client = await gateway.connect(ADA)
  for (const recipientId of [BEN, 3, BEN]) client.send(send(`to ${recipientId}`, recipientId))
  expect((await client.next()).type).toBe('ack')
  expect(await client.next()).toMatchObject({
    type: 'error',
    data: {
      status: 429,
      detail: expect.stringMatching(/^too many conversations .*by REST an old one is taken/),
    },
  })
  expect((await client.next()).type).toBe('ack')
})

test('a user who opens sockets too fast is refused with 429', async () => {
  await using gateway = await startTestGateway({ rates: { RATE_LIMIT_SOCKETS: '1/60' } })
  await gateway.connect(ADA)
  expect(await refusalOf(`${gateway.url}/?token=${await tokenOf(ADA)}`)).toBe(429)
  await gateway.connect(BEN)
})

test('while a refusal is held back the socket is not read without end, and all is answered in order', async () => {
  let release = () => {}
  const held = new Promise<void>(resolve => {
    release = resolve
  })
  await using gateway = await startTestGateway({
    rates: { RATE_LIMIT_SENDS: '1/60' },
    limits: { maxFramesPerSecond: 20 },
    holdBack: () => held,
  })
  const client = await gateway.connect(ADA)
  const names = Array.from({ length: 40 }, (_, index) => String(index))
  for (const name of names) client.send(send(name))
  expect((await client.next()).type).toBe('ack')
  release()
  const answered: (string | undefined)[] = []
  for (let count = 1; count < names.length; count++) answered.push((await client.next()).requestId)
  expect(answered).toEqual(names.slice(1))
})
