import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { sendMessageBody } from '../../shared/contract/requests.ts'
import { propertyRuns } from '../support/property-runs.ts'

const anything = fc.oneof(
  fc.constantFrom(null, undefined, 'text', 'image', '1002', '0', '\ud800', 'https://x.example/a b'),
  fc.constantFrom('x'.repeat(5001), '😀'.repeat(5000)),
  fc.uuid().map(id => id.toUpperCase()),
  fc.webUrl(),
  fc.string({ unit: 'binary' }),
  fc.integer(),
  fc.double(),
  fc.object(),
)
const key = fc.constantFrom(
  ...[
    'contentType',
    'content_type',
    'textContent',
    'text_content',
    'mediaUrl',
    'media_url',
    'mediaThumbnailUrl',
  ],
  ...['audioDuration', 'replyToId', 'reply_to_id', 'id', 'recipientId', 'recipient_id', 'other'],
)
const good = fc.record(
  {
    id: fc.uuid(),
    recipientId: fc.oneof(fc.integer({ min: 1, max: 9_999 }), fc.constant('77')),
    contentType: fc.constantFrom('text', 'image'),
    textContent: fc.string({ minLength: 1 }),
    mediaUrl: fc.webUrl(),
  },
  { requiredKeys: ['recipientId', 'contentType'] },
)
const body = fc.oneof(
  anything,
  good,
  fc.tuple(good, key, anything).map(([valid, name, value]) => ({ ...valid, [name]: value })),
)

test('the compiled schema of a message body takes and refuses what the schema does, for the same reasons', () => {
  const compiled = z.compile(sendMessageBody, { strict: true })
  fc.assert(
    fc.property(body, given => {
      expect(outcomeOf(compiled, given)).toEqual(outcomeOf(sendMessageBody, given))
    }),
    propertyRuns(1_000),
  )
})

function outcomeOf(schema: typeof sendMessageBody, given: unknown) {
  const { success, data, error } = schema.safeParse(given)
  return success ? { data: Object.entries(data) } : { issues: error.issues }
}
