import type { IngressContext } from './context.ts'

/**
 * The one way to answer. Headers stay a plain object all the way to the socket: a `Headers` would cost more than all
 * else of an answer.
 */
export function answer(
  c: IngressContext,
  status: number,
  body?: unknown,
  headers?: Record<string, string>,
): Response {
  const text = body === undefined ? '' : JSON.stringify(body)
  const all =
    body === undefined
      ? c.get('headers')
      : { ...c.get('headers'), 'Content-Type': 'application/json', ...headers }
  if (c.env?.plain) c.env.plain.answered = { status, headers: all, text }
  return new Response(body === undefined ? null : text, { status, headers: all })
}
