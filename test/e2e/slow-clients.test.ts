import { afterEach, beforeAll, expect, inject, test } from 'vitest'
import { BASE_PATH } from '../../services/ingress/app.ts'
import { type ChatUser, createPair, type Device, queryDatabase } from '../support/chat-user.ts'
import { openRaw, type RawConnection } from '../support/raw-http.ts'

const CONNECTIONS = 1_000
const MESSAGES = 20

let ann: ChatUser
let ben: ChatUser
let phone: Device
beforeAll(async () => {
  ;[ann, ben] = await createPair()
  phone = await ben.openSocket()
})

let held: RawConnection[] = []
afterEach(() => {
  for (const { socket } of held) socket.destroy()
  held = []
})

/** Opens as many connections as hold together, each of which says the same and then nothing. */
async function hold(url: string, count: number, said: (n: number) => string | Buffer): Promise<void> {
  for (let opened = 0; opened < count; opened += 100) {
    const some = await Promise.all(Array.from({ length: 100 }, () => openRaw(url)))
    for (const [n, connection] of some.entries()) connection.write(said(opened + n))
    held.push(...some)
  }
}

/** By new connections and by one that was there before; in their order, by REST and by socket. */
async function expectService(what: string): Promise<void> {
  const sendersPhone = await ann.openSocket()
  const sent: string[] = []
  for (let n = 0; n < MESSAGES; n += 2) {
    sent.push((await ann.sendText(ben.id, `${what} ${n}`)).id)
    const requestId = `${what} ${n + 1}`
    const data = { recipientId: ben.id, contentType: 'text', textContent: requestId }
    sendersPhone.send({ action: 'sendMessage', requestId, data })
    const { id } = (await sendersPhone.waitForReply(requestId)).data
    await phone.waitForMessage(id)
    sent.push(id)
  }
  const pushed = phone.framesOf('newMessage').map(({ data }) => data.id)
  expect(pushed.filter(id => sent.includes(id))).toEqual(sent)
  const { body } = await ben.get(`/conversations?limit=1`)
  expect(body.data[0].lastMessage.id).toBe(sent.at(-1))
  sendersPhone.close()
}

const ingress = () => inject('stack').INGRESS_URL as string
const gateway = () => inject('stack').GATEWAY_URL as string
const POST = `POST ${BASE_PATH}/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n`

/** [name, where, what each connection says before it falls silent] */
const SLOW: [string, () => string, (n: number) => string | Buffer][] = [
  ['that say nothing to the ingress', ingress, () => ''],
  ['that never end their headers', ingress, n => `${POST}X-Slow: ${n}`],
  [
    'that never send the body they told',
    ingress,
    () => `${POST}Authorization: Bearer ${ann.token}\r\nContent-Length: 9\r\n\r\n{`,
  ],
  [
    'that never end their chunks',
    ingress,
    () => `${POST}Authorization: Bearer ${ann.token}\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`,
  ],
  ['that say nothing to the gateway', gateway, () => ''],
  [
    'that never end their handshake',
    gateway,
    n => `GET /?token=${n} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n`,
  ],
]

test.each(SLOW)(
  `${CONNECTIONS} connections %s keep nobody from sending and receiving`,
  async (name, url, said) => {
    await hold(url(), CONNECTIONS, said)
    await expectService(name)
  },
)

test('sockets that begin a frame and never end it keep nobody from sending and receiving', async () => {
  const handshake =
    `GET /?token=${ann.token} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n'
  await hold(gateway(), 100, () => handshake)
  const halfFrame = Buffer.from([0x81, 0xfe, 0x7f])
  for (const connection of held) connection.write(halfFrame)
  await expectService('beside half a frame')
})

test('who floods with garbage and leaves is forgotten', async () => {
  const garbage = Buffer.alloc(64 * 1024, 'A')
  for (const url of [ingress(), gateway()]) await hold(url, 300, () => garbage)
  await expectService('beside garbage')
  const rows = await queryDatabase<{ count: number }>(
    'SELECT count(*)::int AS count FROM messages WHERE sender_id = $1 AND recipient_id = $2',
    [ann.id, ben.id],
  )
  expect(rows[0]?.count).toBe(phone.framesOf('newMessage').length)
})
