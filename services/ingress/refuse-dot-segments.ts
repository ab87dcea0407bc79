import { type getRequestListener, RequestError } from '@hono/node-server'

type FetchCallback = Parameters<typeof getRequestListener>[0]

const DOT_SEGMENT = /^[^?#]*\/(?:\.|%2e){1,2}(?:[/?#]|$)/i

/**
 * Refuses a path with `.` or `..` in it. Who stands in front of us lets it through for what it looks like, and a URL
 * parser makes another of it: `/api/v1/chat/../../../metrics` would be `/metrics`.
 */
export function refuseDotSegments(answerRequest: FetchCallback): FetchCallback {
  return function answerPlainPath(request, env) {
    if (DOT_SEGMENT.test(env.incoming.url ?? '')) throw new RequestError('the path has dot segments')
    return answerRequest(request, env)
  }
}
