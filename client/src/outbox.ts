/**
 * Messages on their way. Each lies in the storage under its own key until the server has stored it or the user gives it
 * up, so that it survives a restart and tabs do not overwrite each other's. To one recipient they are sent one after the
 * other, with the same id until the server accepts it; the id makes sending again harmless.
 */
import type { FrameData, Message } from '../../shared/contract/wire.ts'
import { type Api, LONG_WAIT_SECONDS } from './api.ts'
import { type ChatError, toChatError } from './chat-error.ts'
import { newId } from './identifiers.ts'
import { createOutboxStorage, type Entry } from './outbox-storage.ts'
import type { ChatMessage, ChatStorage, MessageContent, MessageFailure, SentMessage } from './types.ts'
import { backoffMs, createWaiter } from './wait.ts'

const BACKOFF_BASE_MS = 500
const BACKOFF_CAP_MS = 15_000
/** How long an accepted message may stay without a sign before the server is asked for it. */
const CONFIRM_AFTER_MS = 10_000

interface Outgoing {
  entry: Entry
  /** By this machine's clock; 0 until the server has accepted the message. */
  acceptedAt: number
  settle: ((result: Awaited<SentMessage['settled']>) => void)[]
}

export interface OutboxOptions {
  api: Api
  storage: ChatStorage
  /** Resolves once it is known; keys of the storage carry it. */
  userId: Promise<number>
  /** Something about the messages to this user changed. */
  onChange(recipientId: number): void
  /** The server gave the stored message as the answer. */
  onStored(message: Message): void
  onFailed(message: ChatMessage): void
  onError(error: ChatError): void
}

export interface Outbox {
  send(recipientId: number, conversationId: string | null, content: MessageContent): SentMessage
  /** What waits or failed, oldest first. */
  messagesTo(recipientId: number): ChatMessage[]
  /** The server has stored the message. */
  confirm(message: Message): void
  fail(failed: FrameData['messageFailed']): void
  /** Sends a failed message again, under a new id: the queue drops a failed one that comes again as it was. */
  retry(id: string): SentMessage | undefined
  /** Gives a message up; one that the server has accepted already may arrive all the same. */
  discard(id: string): void
  /** The server can be reached again: sends now. */
  wake(): void
  /** News may have been missed: asks for everything that was accepted without a sign so far. */
  confirmAccepted(): void
  close(): void
}

export function createOutbox(options: OutboxOptions): Outbox {
  const { api, onChange } = options
  const kept = createOutboxStorage(options)
  /** In the order of sending. */
  let outgoing = new Map<string, Outgoing>()
  const sending = new Set<number>()
  const pause = createWaiter()
  let myId = 0
  let lastOrder = 0
  let isClosed = false
  const confirming = setInterval(() => void confirmAccepted(CONFIRM_AFTER_MS), CONFIRM_AFTER_MS)
  const loaded = load()

  async function load(): Promise<void> {
    myId = await options.userId
    for (const entry of await kept.load()) {
      if (outgoing.has(entry.id)) continue
      outgoing.set(entry.id, { entry, acceptedAt: 0, settle: [] })
      lastOrder = Math.max(lastOrder, entry.order)
    }
    outgoing = new Map([...outgoing].sort(([, a], [, b]) => a.entry.order - b.entry.order))
    for (const { entry } of outgoing.values()) onChange(entry.recipientId)
  }

  function remove({ entry }: Outgoing): void {
    outgoing.delete(entry.id)
    kept.remove(entry.id)
    onChange(entry.recipientId)
  }

  function findNext(recipientId: number): Outgoing | undefined {
    for (const out of outgoing.values())
      if (out.entry.recipientId === recipientId && out.acceptedAt === 0 && !out.entry.failure) return out
    return undefined
  }

  async function sendAll(recipientId: number): Promise<void> {
    if (sending.has(recipientId)) return
    sending.add(recipientId)
    await loaded
    let attempt = 0
    for (let next = findNext(recipientId); next && !isClosed; next = findNext(recipientId)) {
      try {
        await post(next)
        attempt = 0
      } catch (error) {
        const reason = toChatError(error)
        if (reason.code === 'rejected') refuse(next, failureOf(reason))
        else {
          const waitMs = backoffMs(attempt++, BACKOFF_BASE_MS, BACKOFF_CAP_MS, reason)
          if (await pause.wait(waitMs)) attempt = 0
        }
      }
    }
    sending.delete(recipientId)
  }

  /** Without `waitSeconds` the answer is that the message is accepted, with them that it is stored. */
  async function post(out: Outgoing, waitSeconds?: number): Promise<void> {
    const { id, recipientId, content } = out.entry
    const body = { id, recipientId, ...content, contentType: content.contentType ?? 'text' }
    const { data } = await api<Message>({
      method: 'POST',
      path: '/messages',
      body,
      ...(waitSeconds !== undefined && { waitSeconds }),
    })
    if (!outgoing.has(id)) return
    if (data.seq !== null) return options.onStored(data)
    // Its `messageFailed` was faster than this answer.
    if (out.entry.failure) return
    out.acceptedAt = Date.now()
    out.entry.conversationId = data.conversationId
    onChange(recipientId)
  }

  function refuse(out: Outgoing, failure: MessageFailure): void {
    out.entry.failure = failure
    out.acceptedAt = 0
    kept.save(out.entry)
    for (const settle of out.settle.splice(0)) settle({ status: 'failed', failure })
    options.onFailed(toMessage(out))
    onChange(out.entry.recipientId)
  }

  function confirm(message: Message): void {
    const out = outgoing.get(message.id)
    if (!out) return
    for (const settle of out.settle) settle({ status: 'sent', message })
    remove(out)
  }

  /** An accepted message that nothing was heard of: its news may have been lost with a socket. */
  async function confirmAccepted(silentForMs: number): Promise<void> {
    const acceptedBefore = Date.now() - silentForMs
    const isSilent = ({ acceptedAt }: Outgoing) => acceptedAt !== 0 && acceptedAt <= acceptedBefore
    for (const out of [...outgoing.values()].filter(isSilent)) {
      if (isClosed) return
      if (!outgoing.has(out.entry.id)) continue
      try {
        await post(out, LONG_WAIT_SECONDS)
      } catch (error) {
        const reason = toChatError(error)
        if (reason.code !== 'rejected') return
        refuse(out, failureOf(reason))
      }
    }
  }

  function toMessage({ entry }: Outgoing): ChatMessage {
    const { content, failure } = entry
    return {
      ...{ id: entry.id, senderId: myId, recipientId: entry.recipientId, createdAt: entry.createdAt },
      conversationId: entry.conversationId ?? '',
      contentType: content.contentType ?? 'text',
      textContent: content.textContent ?? null,
      mediaUrl: content.mediaUrl ?? null,
      mediaThumbnailUrl: content.mediaThumbnailUrl ?? null,
      audioDuration: content.audioDuration ?? null,
      replyToId: content.replyToId ?? null,
      ...{ seq: null, version: null, sentAt: null, deliveredAt: null, readAt: null },
      status: failure ? 'failed' : 'pending',
      ...(failure && { failure }),
    }
  }

  function send(recipientId: number, conversationId: string | null, content: MessageContent): SentMessage {
    const id = newId()
    lastOrder = Math.max(lastOrder + 1, Date.now())
    const createdAt = new Date().toISOString()
    const entry: Entry = { id, order: lastOrder, recipientId, conversationId, content, createdAt }
    const out: Outgoing = { entry, acceptedAt: 0, settle: [] }
    const settled = new Promise<Awaited<SentMessage['settled']>>(settle => out.settle.push(settle))
    outgoing.set(id, out)
    kept.save(entry)
    onChange(recipientId)
    void sendAll(recipientId)
    return { id, message: toMessage(out), settled }
  }

  return {
    send,
    messagesTo: recipientId =>
      [...outgoing.values()].filter(({ entry }) => entry.recipientId === recipientId).map(toMessage),
    confirm,
    fail({ id, code, detail }) {
      const out = outgoing.get(id)
      if (out) refuse(out, { code, detail })
    },
    retry(id) {
      const out = outgoing.get(id)
      if (!out?.entry.failure) return undefined
      const again = send(out.entry.recipientId, out.entry.conversationId, out.entry.content)
      remove(out)
      return again
    },
    discard(id) {
      const out = outgoing.get(id)
      if (!out) return
      const failure = { code: 'discarded', detail: 'the message was given up' }
      for (const settle of out.settle) settle({ status: 'failed', failure })
      remove(out)
    },
    wake() {
      pause.wake()
      void loaded.then(() => {
        for (const { entry } of outgoing.values()) void sendAll(entry.recipientId)
      })
    },
    confirmAccepted: () => void confirmAccepted(0),
    close() {
      isClosed = true
      clearInterval(confirming)
      pause.wake()
    },
  }
}

function failureOf({ status, message }: ChatError): MessageFailure {
  return { code: `http_${status}`, detail: message }
}
