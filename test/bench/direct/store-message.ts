import pg from 'pg'
import type { Message } from '../../../shared/contract/objects.ts'
import type { MessageBody } from './message-body.ts'

/** Stores one message, committed when it settles. Rejects with PostgreSQL's error when the recipient does not exist. */
export type StoreMessage = (senderId: number, body: MessageBody) => Promise<Message>

export interface MessageStore {
  store: StoreMessage
  /** SQL statements sent so far, those that begin and end transactions included. */
  statements(): number
}

/** The order of two participants by which each pair has one conversation. */
export function participantsOf(senderId: number, { recipientId }: MessageBody): [number, number] {
  return [Math.min(senderId, recipientId), Math.max(senderId, recipientId)]
}

/** `bigint` columns hold seqs and versions, far below 2^53. */
export function connectPool(connectionString: string, size: number, options = ''): pg.Pool {
  pg.types.setTypeParser(pg.types.builtins.INT8, Number)
  return new pg.Pool({ connectionString, max: size, ...(options !== '' && { options }) })
}
