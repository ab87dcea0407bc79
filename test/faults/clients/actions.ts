import { conversationIdOf, newId } from '../../../shared/contract/identifiers.ts'
import type { ClientRecords, SendRecord } from '../check/run-record.ts'
import { now } from '../clock.ts'
import type { History } from '../history.ts'
import type { Random } from '../random.ts'
import type { Device } from './device.ts'
import type { Settings } from './device-store.ts'
import { type Attempt, attemptOf, repeatUntilAccepted } from './repeat-until-accepted.ts'

export interface ActionContext {
  device: Device
  records: ClientRecords
  history: History
  random: Random
  signal: AbortSignal
}

type Receipt = { messageIds: string[] } | { upToSeq: number }

/** What a user does with a device. Each resolves when it is accepted, and notes what was promised. */
export function createActions({ device, records, history, random, signal }: ActionContext) {
  const { rest, socket, userId, name } = device

  async function byRest(method: string, path: string, body?: unknown): Promise<Attempt> {
    const answer = await rest.call(method, path, body)
    return { status: answer.status, detail: JSON.stringify(answer.body) ?? '' }
  }

  /** By one way or the other; by REST when there is no socket. */
  function byEither(bySocket: () => Promise<Attempt>, byHttp: () => Promise<Attempt>): Promise<Attempt> {
    return socket.isOpen() && random.chance(0.5) ? bySocket() : byHttp()
  }

  function repeat(what: string, attempt: () => Promise<Attempt>, ends: number[] = [], messageId?: string) {
    return repeatUntilAccepted({
      attempt,
      ends,
      signal,
      onFailure(reason) {
        records.failedAttempts.set(reason, (records.failedAttempts.get(reason) ?? 0) + 1)
      },
      onUnexpected: ({ status, detail }) =>
        records.unexpected.push({ device: name, what, status, detail, ...(messageId && { messageId }) }),
    })
  }

  async function deliver(record: SendRecord): Promise<void> {
    const { id, recipientId, textContent, replyToId, conversationId } = record
    const body = { id, recipientId, contentType: 'text', textContent, ...(replyToId && { replyToId }) }
    const noteSend = (way: string) =>
      history.note({ where: name, what: `send by ${way}`, conversationId, messageIds: [id] })
    const status = await repeat(
      'send',
      () =>
        byEither(
          async () => {
            noteSend('socket')
            return attemptOf(await socket.request('sendMessage', body))
          },
          () => {
            noteSend('REST')
            return byRest('POST', '/messages', body)
          },
        ),
      [],
      id,
    )
    if (status === undefined) return
    history.note({ where: name, what: `answer ${status}`, conversationId, messageIds: [id] })
    if (status < 300) record.acceptedAt ??= now()
  }

  return {
    async send(recipientId: number, replyToId: string | null): Promise<SendRecord> {
      const id = newId()
      const record: SendRecord = {
        ...{ id, device: name, senderId: userId, recipientId, replyToId },
        conversationId: conversationIdOf(userId, recipientId),
        textContent: `${id} says hello 👋🏽`,
        firstSentAt: now(),
      }
      records.sends.push(record)
      await deliver(record)
      return record
    },

    /** As an app does that never saw the answer. */
    sendAgain: deliver,

    async markAs(status: 'delivered' | 'read', conversationId: string, receipt: Receipt): Promise<void> {
      const action = status === 'read' ? 'markRead' : 'markDelivered'
      const answer = await repeat(`mark ${status}`, () =>
        byEither(
          async () => attemptOf(await socket.request(action, { conversationId, ...receipt })),
          () => byRest('POST', `/conversations/${conversationId}/${status}`, receipt),
        ),
      )
      if (answer !== undefined && answer < 300)
        records.receipts.push({ userId, conversationId, status, ...receipt })
    },

    async deleteMessage(conversationId: string, messageId: string): Promise<void> {
      const status = await repeat('delete message', () => byRest('DELETE', `/messages/${messageId}`), [404])
      if (status !== undefined && status < 300) records.deletions.push({ userId, conversationId, messageId })
    },

    async configure(conversationId: string, settings: Partial<Settings>): Promise<void> {
      const path = `/conversations/${conversationId}`
      const status = await repeat('configure', () => byRest('PATCH', path, settings), [404])
      if (status !== undefined && status < 300) records.sideChanges.push({ userId, conversationId, settings })
    },

    async deleteConversation(conversationId: string, clearedSeq: number): Promise<void> {
      const path = `/conversations/${conversationId}`
      const status = await repeat('delete conversation', () => byRest('DELETE', path), [404])
      if (status !== undefined && status < 300)
        records.sideChanges.push({ userId, conversationId, clearedSeq })
    },

    /** Never repeated: it would no longer be true. */
    async type(conversationId: string, isTyping: boolean): Promise<void> {
      await socket.request('typing', { conversationId, isTyping }).catch(() => {})
    },
  }
}

export type Actions = ReturnType<typeof createActions>
