import { expect, inject, test } from 'vitest'
import { BASE_PATH } from '../../services/ingress/app.ts'
import { createPair } from '../support/chat-user.ts'

/** What tells an attacker which weaknesses to look for. */
const BANNERS = ['server', 'x-powered-by', 'x-aspnet-version', 'via']

test('every answer says that it is what its type says and nobody else’s, and none says who made it', async () => {
  const [ann] = await createPair()
  const { INGRESS_URL } = inject('stack')
  const authorization = `Bearer ${ann.token}`
  const requests: [number, string, RequestInit?][] = [
    [200, `${BASE_PATH}/conversations`, { headers: { authorization } }],
    [401, `${BASE_PATH}/conversations`],
    [404, `${BASE_PATH}/nothing`, { headers: { authorization } }],
    [405, `${BASE_PATH}/messages`, { method: 'PUT', headers: { authorization } }],
    [415, `${BASE_PATH}/messages`, { method: 'POST', headers: { authorization }, body: 'x' }],
    [404, '/'],
    [200, '/health/live'],
    [200, '/metrics'],
    [200, '/openapi.json'],
    [200, '/asyncapi.json'],
  ]
  for (const [status, path, request] of requests) {
    const answer = await fetch(`${INGRESS_URL}${path}`, request)
    expect([path, answer.status]).toEqual([path, status])
    expect([path, Object.fromEntries(answer.headers)]).toEqual([
      path,
      expect.objectContaining({
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'strict-transport-security': expect.stringMatching(/^max-age=\d{8,}/),
      }),
    ])
    expect([path, BANNERS.filter(name => answer.headers.has(name))]).toEqual([path, []])
    const body = await answer.text()
    if (status >= 400)
      expect(body).not.toMatch(/node_modules|\bat .+:\d+:\d+|hono|kysely|postgres|localhost:/i)
  }
})

test('a page may load nothing from elsewhere, and stand in no frame', async () => {
  const { INGRESS_URL } = inject('stack')
  for (const path of ['/docs', '/docs/socket']) {
    const { headers } = await fetch(`${INGRESS_URL}${path}`)
    expect(headers.get('content-security-policy')).toMatch(/default-src 'self';.*frame-ancestors 'none'/)
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  }
})
