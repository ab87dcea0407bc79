import { hash, randomUUID } from 'node:crypto'
import { parse, validate } from 'uuid'
import * as z from 'zod'
import { withJsonForm } from './json-forms.ts'

/** Fixed namespace of every derived id. Changing it would give each conversation a second id. */
const NAMESPACE = parse('6d1f2c1e-6f0b-5a57-9d3c-5b0a0f6f7a11')

const MAX_USER_ID = 2 ** 31 - 1

/** A user of the social database: positive 32-bit integer, also accepted as a numeric string. */
export const userId = withJsonForm(
  z
    .union(
      [
        z.number(),
        z
          .string()
          .regex(/^\d{1,10}$/, 'must be a number')
          .transform(Number),
      ],
      {
        error: 'must be a number or a numeric string',
      },
    )
    .pipe(z.int().min(1).max(MAX_USER_ID)),
  () => ({
    anyOf: [
      { type: 'integer', minimum: 1, maximum: MAX_USER_ID },
      { type: 'string', pattern: '^0*[1-9][0-9]*$', maxLength: 10 },
    ],
  }),
)

/** Any UUID spelling is read; ids are kept in lower case, as PostgreSQL prints them. */
export const uuid = withJsonForm(
  z
    .string()
    .refine(validate, 'must be a UUID')
    .transform(id => id.toLowerCase()),
  () => ({ type: 'string', format: 'uuid' }),
)

/**
 * A new id whose beginning tells its time: UUIDv7 (RFC 9562 §5.7). What is random comes from Node's own UUIDs, which are
 * drawn in bulk: a draw for each id costs four times as much. Ids of the same millisecond have no order.
 */
export function newId(): string {
  const time = Date.now().toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`
}

/** When a UUIDv7 was made, epoch ms; undefined for ids that do not tell. */
export function timeOfId(id: string): number | undefined {
  return id[14] === '7' ? Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : undefined
}

/**
 * An id that follows from its parts alone, so that a repeat makes the same one: UUIDv5 (RFC 9562 §5.5), in a fraction of
 * the time that `uuid` takes, since every message needs several.
 */
export function deriveId(...parts: (string | number)[]): string {
  const name = parts.join(':')
  const bytes = Buffer.allocUnsafe(NAMESPACE.length + Buffer.byteLength(name))
  bytes.set(NAMESPACE)
  bytes.write(name, NAMESPACE.length)
  const hex = hash('sha1', bytes, 'hex')
  const variant = '89ab'[Number.parseInt(hex[16] as string, 16) & 3]
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** The id of the conversation between two users, whoever of them asks. */
export function conversationIdOf(oneUserId: number, otherUserId: number): string {
  return deriveId(Math.min(oneUserId, otherUserId), Math.max(oneUserId, otherUserId))
}

/** The message id an `Idempotency-Key` stands for: itself when it is a UUID, else derived from sender and key. */
export function messageIdOfKey(senderId: number, key: string): string {
  return validate(key) ? key.toLowerCase() : deriveId(senderId, key)
}
