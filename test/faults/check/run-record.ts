import type { HeldConversation, Settings } from '../clients/device-store.ts'
import type { Entry } from '../history.ts'
import type { DatabaseState } from './database-state.ts'

/** A message that a user wanted to send. Times are ms since the suite began. */
export interface SendRecord {
  id: string
  device: string
  senderId: number
  recipientId: number
  conversationId: string
  textContent: string
  replyToId: string | null
  firstSentAt: number
  /** When the first 202 or ack came. */
  acceptedAt?: number
  /** The code of `messageFailed`. */
  failed?: string
}

/** A read or delivered receipt that was accepted. */
export interface ReceiptRecord {
  userId: number
  conversationId: string
  status: 'delivered' | 'read'
  messageIds?: string[]
  upToSeq?: number
}

export interface DeletionRecord {
  userId: number
  conversationId: string
  messageId: string
}

/** What a user did to a conversation for themselves; one change is accepted before the next is asked for. */
export interface SideChangeRecord {
  userId: number
  conversationId: string
  settings?: Partial<Settings>
  /** The conversation was deleted with everything up to it. */
  clearedSeq?: number
}

/** An answer that no fault explains. */
export interface UnexpectedAnswer {
  device: string
  what: string
  status: number
  detail: string
  messageId?: string
}

/** What clients were promised. */
export interface ClientRecords {
  sends: SendRecord[]
  receipts: ReceiptRecord[]
  deletions: DeletionRecord[]
  sideChanges: SideChangeRecord[]
  unexpected: UnexpectedAnswer[]
  /** Attempts that had to be repeated, by reason. */
  failedAttempts: Map<string, number>
}

/** Message ids by what the topic said of them; deletions with the user who was told: `<user> <message>`. */
export interface Announced {
  created: Set<string>
  delivered: Set<string>
  read: Set<string>
  deleted: Set<string>
}

/** One device at the end. */
export interface DeviceState {
  name: string
  userId: number
  conversations: Map<string, HeldConversation>
  /** Message ids of each conversation as `GET …/messages` lists them, oldest first, where it was asked. */
  listed: Map<string, string[]>
}

export interface QueuesLeft {
  commands: number
  deliveries: number
  deadLetters: { queue: string; body: string; reason: string }[]
  dead: number
}

/** All that the checker knows. */
export interface RunRecord {
  records: ClientRecords
  devices: DeviceState[]
  entries: Entry[]
  announced: Announced
  database: DatabaseState
  queues: QueuesLeft
}

export function emptyRecords(): ClientRecords {
  return {
    sends: [],
    receipts: [],
    deletions: [],
    sideChanges: [],
    unexpected: [],
    failedAttempts: new Map(),
  }
}
