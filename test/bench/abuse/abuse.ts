/** What a hundred users do who ask as fast as they are answered, by every way there is; ends with its parent's IPC. */
import { Pool } from 'undici'
import { WebSocket } from 'ws'
import { signToken } from '../../../shared/auth.ts'
import { conversationIdOf } from '../../../shared/contract/identifiers.ts'
import type { Target } from '../load/load-protocol.ts'

export interface AbuseOrder {
  target: Target
  userIds: number[]
}

/** How often each was answered: HTTP statuses, types of frames, `lost` where there was no answer. */
export type AbuseReport = Record<string, number>

const BASE = '/api/v1/chat'
/** Of one abuser: requests under way at once, over connections of their own. */
const REQUESTS_AT_ONCE = 4
const FRAMES_AT_ONCE = 4

const answers: AbuseReport = {}
const count = (answer: string) => {
  answers[answer] = (answers[answer] ?? 0) + 1
}

process.on('message', (order: AbuseOrder | 'report') => {
  if (order !== 'report') for (const userId of order.userIds) void abuse(order, userId)
  process.send?.(answers)
})

async function abuse({ target, userIds }: AbuseOrder, userId: number): Promise<void> {
  const token = await signToken(target.jwtSecret, userId, 3_600)
  const pool = new Pool(target.ingressUrl, { connections: REQUESTS_AT_ONCE, pipelining: 1 })
  for (let lane = 0; lane < REQUESTS_AT_ONCE; lane++) void request(pool, token, userIds, userId, lane)
  flood(`${target.gatewayUrl}?token=${token}`, userIds, userId)
}

/** One after the other, for ever: sends to one user, sends to ever new ones, typing and reads. */
async function request(pool: Pool, token: string, userIds: number[], userId: number, lane: number) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  for (let turn = 0; ; turn++) {
    const recipientId = recipientOf(userIds, userId, lane === 0 ? 1 : turn)
    const text = { recipientId, contentType: 'text', textContent: 'Buy now!' }
    const typing = `/conversations/${conversationIdOf(userId, recipientId)}/typing`
    const [method, path, body] = (
      [
        ['POST', '/messages', text],
        ['POST', '/messages', text],
        ['POST', typing, { isTyping: true }],
        ['GET', '/conversations', undefined],
      ] as const
    )[lane] as ['GET' | 'POST', string, object | undefined]
    try {
      const answer = await pool.request({
        ...{ path: BASE + path, method, headers },
        ...(body && { body: JSON.stringify(body) }),
      })
      await answer.body.dump()
      count(String(answer.statusCode))
    } catch {
      count('lost')
    }
  }
}

function flood(url: string, userIds: number[], userId: number): void {
  const socket = new WebSocket(url)
  let turn = 0
  const send = () => {
    const data = {
      recipientId: recipientOf(userIds, userId, ++turn),
      contentType: 'text',
      textContent: 'Hey!',
    }
    socket.send(JSON.stringify({ action: 'sendMessage', data }))
  }
  socket.on('open', () => {
    for (let frame = 0; frame < FRAMES_AT_ONCE; frame++) send()
  })
  socket.on('message', text => {
    const { type } = JSON.parse(String(text))
    if (type !== 'ack' && type !== 'error') return
    count(type)
    send()
  })
  socket.on('error', () => count('lost'))
}

function recipientOf(userIds: number[], userId: number, turn: number): number {
  const step = 1 + (turn % (userIds.length - 1))
  return userIds[(userIds.indexOf(userId) + step) % userIds.length] as number
}
