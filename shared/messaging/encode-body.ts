/**
 * JSON that SQS and SNS carry: they refuse U+FFFE and U+FFFF raw, and JSON can spell them as escapes.
 * (Control characters and lone surrogates are escaped by JSON.stringify itself.)
 */
export function encodeBody(value: unknown): string {
  return JSON.stringify(value).replace(/[\uFFFE\uFFFF]/g, character =>
    character === '\uFFFE' ? '\\ufffe' : '\\uffff',
  )
}
