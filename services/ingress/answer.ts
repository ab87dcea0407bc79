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
  if (body === undefined) return new Response(null, { status, headers: c.get('headers') })
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...c.get('headers'), 'Content-Type': 'application/json', ...headers },
  })
}
