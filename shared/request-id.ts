const WELL_FORMED = /^[\w\-=]{1,255}$/

/** A caller's own request id where it looks like an id; what else stands there belongs in no log. */
export function wellFormedRequestId(given: unknown): string | undefined {
  return typeof given === 'string' && WELL_FORMED.test(given) ? given : undefined
}
