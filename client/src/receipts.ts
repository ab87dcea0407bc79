/** Delivered and read receipts: gathered, one request for all up to a seq, and kept until the server has them. */
import type { Api } from './api.ts'
import { toChatError } from './chat-error.ts'
import { backoffMs, createWaiter } from './wait.ts'

const GATHER_MS = 300
const BACKOFF_BASE_MS = 1_000
const BACKOFF_CAP_MS = 30_000

export type ReceiptKind = 'read' | 'delivered'

export interface Receipts {
  /** All messages up to this seq are read, or have reached the device. */
  mark(kind: ReceiptKind, conversationId: string, upToSeq: number): void
  wake(): void
  close(): void
}

interface Mark {
  wanted: number
  told: number
  isRunning: boolean
}

export function createReceipts(api: Api): Receipts {
  const marks = new Map<string, Mark>()
  const gather = createWaiter()
  const pause = createWaiter()
  let isClosed = false

  async function tell(kind: ReceiptKind, conversationId: string, mark: Mark): Promise<void> {
    mark.isRunning = true
    await gather.wait(GATHER_MS)
    for (let attempt = 0; mark.told < mark.wanted && !isClosed; ) {
      const upToSeq = mark.wanted
      try {
        await api({ method: 'POST', path: `/conversations/${conversationId}/${kind}`, body: { upToSeq } })
        mark.told = upToSeq
        attempt = 0
      } catch (error) {
        const reason = toChatError(error)
        // The conversation is gone, or a replica does not have it yet: told again when it is asked for again.
        if (!reason.retryable) {
          if (mark.wanted === upToSeq) mark.wanted = mark.told
        } else await pause.wait(backoffMs(attempt++, BACKOFF_BASE_MS, BACKOFF_CAP_MS, reason))
      }
    }
    mark.isRunning = false
  }

  return {
    mark(kind, conversationId, upToSeq) {
      const key = `${kind}:${conversationId}`
      const mark = marks.get(key) ?? { wanted: 0, told: 0, isRunning: false }
      marks.set(key, mark)
      if (upToSeq <= mark.wanted) return
      mark.wanted = upToSeq
      if (!mark.isRunning) void tell(kind, conversationId, mark)
    },
    wake: pause.wake,
    close() {
      isClosed = true
      pause.wake()
    },
  }
}
