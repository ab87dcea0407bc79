import * as z from 'zod'
import { userId, uuid } from './identifiers.ts'
import { type JsonSchema, withJsonForm } from './json-forms.ts'
import { messageText, messageTextForm } from './text.ts'

/** A signed address is as long as the credentials behind it. */
const MAX_URL_LENGTH = 4096
const MAX_RECEIPT_IDS = 500

/** Nothing that a later stage cannot carry, or that two URL parsers might read differently. */
const mediaUrl = withJsonForm(
  z
    .url({ protocol: /^https?$/ })
    .max(MAX_URL_LENGTH)
    .refine(url => url.isWellFormed(), 'must be well-formed Unicode')
    .refine(url => !/[\s\p{Cc}\\]/u.test(url), 'must not contain spaces, control characters or backslashes'),
  () => ({
    type: 'string',
    format: 'uri',
    pattern: '^https?://',
    maxLength: MAX_URL_LENGTH,
    description: 'under one of the media origins, as an upload gives it',
  }),
)

/** Members that are `null` in a body mean the same as absent ones. */
function optional<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform(value => value ?? undefined)
}

const messageBodyFields = z.object({
  contentType: z.enum(['text', 'image', 'video', 'audio']),
  textContent: optional(messageText),
  mediaUrl: optional(mediaUrl),
  mediaThumbnailUrl: optional(mediaUrl),
  audioDuration: optional(z.int().min(0).max(300)),
  replyToId: optional(uuid),
  id: optional(uuid),
})

type MessageBodyFields = z.infer<typeof messageBodyFields>

function checkContent(body: MessageBodyFields, context: z.RefinementCtx): void {
  const needed = body.contentType === 'text' ? 'textContent' : 'mediaUrl'
  if (body[needed] === undefined) {
    context.addIssue({
      code: 'custom',
      path: [needed],
      message: `is required for contentType ${body.contentType}`,
    })
  }
}

/** As the documents say it. */
function needsContent(made: JsonSchema): JsonSchema {
  const textContent = { type: 'string' }
  const mediaUrl = { type: 'string' }
  return {
    ...made,
    anyOf: [
      { properties: { contentType: { const: 'text' }, textContent }, required: ['textContent'] },
      {
        properties: { contentType: { enum: ['image', 'video', 'audio'] }, mediaUrl },
        required: ['mediaUrl'],
      },
    ],
  }
}

/** Body of `POST /messages` and of the socket's `sendMessage`. */
export const sendMessageBody = withJsonForm(
  camelKeys(messageBodyFields.extend({ recipientId: userId }).superRefine(checkContent)),
  needsContent,
)
export type SendMessageBody = z.infer<typeof sendMessageBody>

/** Body of `POST /conversations`; `initialMessage` is a text or a message body without its recipient. */
export const openConversationBody = camelKeys(
  z.object({
    recipientId: userId,
    initialMessage: optional(
      withJsonForm(
        z.preprocess(
          value => (typeof value === 'string' ? { contentType: 'text', textContent: value } : value),
          camelKeys(messageBodyFields.superRefine(checkContent)),
        ),
        made => ({ anyOf: [messageTextForm, needsContent(made)] }),
      ),
    ),
  }),
)

export const conversationSettingsBody = withJsonForm(
  camelKeys(
    z
      .object({
        pinned: optional(z.boolean()),
        muted: optional(z.boolean()),
        archived: optional(z.boolean()),
      })
      .refine(
        settings => Object.values(settings).some(value => value !== undefined),
        'needs at least one of pinned, muted, archived',
      ),
  ),
  made => ({
    ...made,
    anyOf: ['pinned', 'muted', 'archived'].map(key => ({
      properties: { [key]: { type: 'boolean' } },
      required: [key],
    })),
  }),
)

const receiptIds: JsonSchema = {
  type: 'array',
  items: { type: 'string', format: 'uuid' },
  minItems: 1,
  maxItems: MAX_RECEIPT_IDS,
}

const receiptFields = z.object({
  messageIds: optional(z.array(uuid).min(1).max(MAX_RECEIPT_IDS)),
  upToSeq: optional(z.int().min(1)),
})

function hasOneTarget(receipt: z.infer<typeof receiptFields>): boolean {
  return (receipt.messageIds === undefined) !== (receipt.upToSeq === undefined)
}
const ONE_TARGET = 'needs either messageIds or upToSeq'

function needsOneOf(...keys: string[]) {
  return (made: JsonSchema): JsonSchema => ({
    ...made,
    oneOf: keys.map(key => ({ properties: { [key]: { not: { type: 'null' } } }, required: [key] })),
  })
}
const needsTarget = needsOneOf('messageIds', 'upToSeq')

/** Body of `read` and `delivered`: `{messageIds}`, `{upToSeq}` or a bare array of message ids. */
export const receiptBody = withJsonForm(
  z.preprocess(
    value => (Array.isArray(value) ? { messageIds: value } : value),
    camelKeys(receiptFields.refine(hasOneTarget, ONE_TARGET)),
  ),
  made => ({ anyOf: [needsTarget(made), receiptIds] }),
)

/** Data of the socket's `markRead` and `markDelivered`. */
export const socketReceiptData = withJsonForm(
  camelKeys(receiptFields.extend({ conversationId: uuid }).refine(hasOneTarget, ONE_TARGET)),
  needsTarget,
)

/** Body of `POST /uploads`: what will be uploaded, its size in bytes. */
export const presignUploadBody = camelKeys(
  z.object({ contentType: z.string().max(100), size: z.int().min(1) }),
)

export const typingBody = camelKeys(z.object({ isTyping: z.boolean() }))

/** Data of the socket's `typing`: the conversation by its id or by the other user. */
export const socketTypingData = withJsonForm(
  camelKeys(
    z
      .object({ conversationId: optional(uuid), recipientId: optional(userId), isTyping: z.boolean() })
      .refine(
        typing => (typing.conversationId === undefined) !== (typing.recipientId === undefined),
        'needs either conversationId or recipientId',
      ),
  ),
  needsOneOf('conversationId', 'recipientId'),
)

/** Reads `snake_case` spellings of an object's own keys as camelCase: the mobile app sends both. */
function camelKeys<T extends z.ZodType>(schema: T) {
  return z.preprocess(value => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    if (!Object.keys(value).some(key => key.includes('_'))) return value
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [camelCase(key), member]))
  }, schema)
}

function camelCase(key: string): string {
  return key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
