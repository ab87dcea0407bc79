/** Halves of surrogate pairs, and the two that XML does not know. */
const NOT_CARRIED_RAW = /[\uD800-\uDFFF\uFFFE\uFFFF]/g

/**
 * JSON that SQS, SNS and what stands in for them carry. SQS takes #x9, #xA, #xD, #x20–#xD7FF and #xE000–#xFFFD as they
 * are, and emoji not everywhere; all else is spelt as JSON escapes. (Control characters are by JSON.stringify itself.)
 */
export function encodeBody(value: unknown): string {
  return JSON.stringify(value).replace(
    NOT_CARRIED_RAW,
    unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
