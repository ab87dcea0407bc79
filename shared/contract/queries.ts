import * as z from 'zod'
import { withJsonForm } from './json-forms.ts'

/** A whole number in a query. */
function wholeNumber(min: number, max: number) {
  const schema = z
    .string()
    .regex(/^-?\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max))
  return withJsonForm(schema, () => ({ type: 'integer', minimum: min, maximum: max }))
}

const limit = (unasked: number) =>
  wholeNumber(1, 100).default(unasked).describe(`how many at most; ${unasked} unless told`)
const seq = wholeNumber(0, Number.MAX_SAFE_INTEGER)

export const listConversationsQuery = z.object({
  limit: limit(20),
  cursor: z.string().max(500).optional().describe('`page.nextCursor` of the page before'),
  archived: z.enum(['true', 'false']).default('false').describe('lists the archive instead'),
})

export const listMessagesQuery = z
  .object({
    limit: limit(50),
    offset: wholeNumber(0, 1_000_000).optional().describe('skips so many of the newest'),
    before: seq.optional().describe('only messages with a lower seq, newest first'),
    after: seq.optional().describe('only messages with a higher seq, oldest first'),
  })
  .refine(
    ({ offset, before, after }) => [offset, before, after].filter(value => value !== undefined).length <= 1,
    'takes only one of offset, before and after',
  )

export const listChangesQuery = z.object({
  after: wholeNumber(0, Number.MAX_SAFE_INTEGER)
    .default(0)
    .describe('the version up to which the caller knows everything'),
  limit: limit(50),
})
