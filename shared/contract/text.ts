import * as z from 'zod'
import { type JsonSchema, withJsonForm } from './json-forms.ts'

const MAX_TEXT_CODE_POINTS = 5000
/** NFC turns one UTF-16 unit into at most three, so shorter texts need no counting (unicode.org/faq/normalization.html). */
const MAX_NFC_EXPANSION = 3
/** Two UTF-16 units a code point, and four code points that become one: what is longer needs no counting either. */
const MAX_UNITS = MAX_TEXT_CODE_POINTS * 2 * 4
/** NFC sorts a run of combining marks in the square of its length: ten thousand would hold up everybody. */
const MAX_RUN_UNITS = 512

export const messageTextForm: JsonSchema = {
  type: 'string',
  minLength: 1,
  maxLength: MAX_TEXT_CODE_POINTS,
  pattern: '^[^\\u0000]*$',
  description: 'Unicode code points, counted after NFC and kept as sent; no NUL, no lone surrogate',
}

/**
 * Message text: 1–5000 Unicode code points, counted after NFC (but for runs of more than 512 combining marks, which are
 * counted as they stand), kept byte for byte as sent.
 * NUL and lone surrogates are refused: PostgreSQL can store neither.
 */
export const messageText = withJsonForm(
  z
    .string()
    .min(1, 'must have at least 1 character')
    .refine(text => faultOf(text) === undefined, { error: issue => faultOf(String(issue.input)) }),
  () => messageTextForm,
)

function faultOf(text: string): string | undefined {
  if (text.includes('\0')) return 'must not contain NUL'
  if (!text.isWellFormed()) return 'must be well-formed Unicode (no lone surrogates)'
  if (!isShortEnough(text)) return `must have at most ${MAX_TEXT_CODE_POINTS} characters`
  return undefined
}

function isShortEnough(text: string): boolean {
  if (text.length * MAX_NFC_EXPANSION <= MAX_TEXT_CODE_POINTS) return true
  if (text.length > MAX_UNITS) return false
  let codePoints = 0
  const rest = text.replace(/\p{M}+/gu, run => {
    if (run.length <= MAX_RUN_UNITS) return run
    codePoints += [...run].length
    return ''
  })
  for (const _ of rest.normalize('NFC')) if (++codePoints > MAX_TEXT_CODE_POINTS) return false
  return codePoints <= MAX_TEXT_CODE_POINTS
}
