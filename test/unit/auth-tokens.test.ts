import { createServer, type Server } from 'node:http'
import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from 'jose'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { bearerToken, createTokenVerifier, signToken } from '../../shared/auth.ts'
import { ConfigError } from '../../shared/config.ts'
import { listen } from '../../shared/listen.ts'

const JWT_SECRET = 'a-secret-for-tests-of-32-characters!'
const verify = createTokenVerifier({ JWT_SECRET })
const keyOf = (secret: string) => new TextEncoder().encode(secret)

function sign(claims: JWTPayload, { secret = JWT_SECRET, alg = 'HS256' } = {}): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg }).sign(keyOf(secret))
}

afterEach(() => void vi.useRealTimers())

test('a token signed by the shared secret stands for its user until it ends', async () => {
  const identity = await verify(await signToken(JWT_SECRET, 42, 60))
  expect(identity.userId).toBe(42)
  const secondsLeft = ((identity.expiresAt as Date).getTime() - Date.now()) / 1000
  expect(secondsLeft).toBeGreaterThan(50)
  expect(secondsLeft).toBeLessThanOrEqual(60)
})

test('a token without an end has none', async () => {
  expect(await verify(await sign({ sub: '7' }))).toEqual({ userId: 7 })
})

test.each([
  [{ sub: '7' }, 7],
  [{ sub: 7 as unknown as string }, 7],
  [{ user_id: 7 }, 7],
  [{ user_id: '7' }, 7],
  [{ sub: '7', user_id: 8 }, 7],
])('the claims %j name user %d', async (claims, userId) => {
  expect(await verify(await sign(claims))).toEqual({ userId })
})

test.each([
  {},
  { sub: 'ada' },
  { sub: '' },
  { sub: '0' },
  { sub: '-1' },
  { sub: '2147483648' },
  { sub: 'ada', user_id: 8 },
  { user_id: 1.5 },
  { user_id: [7] },
  { user_id: true },
  { uid: 7 },
] as JWTPayload[])('the claims %j name nobody', async claims => {
  await expect(verify(await sign(claims))).rejects.toMatchObject({ name: 'AuthError', code: 'invalid' })
})

test('no token is told apart from a bad one', async () => {
  for (const token of [undefined, '']) {
    await expect(verify(token)).rejects.toMatchObject({
      code: 'missing',
      challenge: 'Bearer realm="growzone-chat"',
    })
  }
})

const inThePast = Math.floor(Date.now() / 1000) - 10
test('an expired token is told so', async () => {
  await expect(verify(await sign({ sub: '7', exp: inThePast }))).rejects.toMatchObject({
    code: 'expired',
    challenge: expect.stringContaining('error="invalid_token", error_description="the token has expired"'),
  })
})

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
test.each([
  ['of no JWT at all', async () => 'abc'],
  ['of three empty parts', async () => '..'],
  ['without a signature', async () => `${part({ alg: 'HS256' })}.${part({ sub: '7' })}.`],
  ['with alg none', async () => new UnsecuredJWT({ sub: '7' }).encode()],
  ['with alg NONE and a signature', async () => `${part({ alg: 'NONE' })}.${part({ sub: '7' })}.AAAA`],
  ['by another secret', async () => sign({ sub: '7' }, { secret: `${JWT_SECRET}?` })],
  ['by HS512, with the right secret', async () => sign({ sub: '7' }, { alg: 'HS512' })],
  ['not yet valid', async () => sign({ sub: '7', nbf: Math.floor(Date.now() / 1000) + 60 })],
  [
    'with claims changed after signing',
    async () => {
      const [header, , signature] = (await sign({ sub: '7' })).split('.')
      return [header, part({ sub: '8' }), signature].join('.')
    },
  ],
  [
    'expired, and signed by another secret',
    async () => sign({ sub: '7', exp: inThePast }, { secret: 'x'.repeat(40) }),
  ],
])('a token %s is invalid', async (_, makeToken) => {
  await expect(verify(await makeToken())).rejects.toMatchObject({ name: 'AuthError', code: 'invalid' })
})

test('a token that was verified ends at its time all the same', async () => {
  const token = await signToken(JWT_SECRET, 7, 30)
  expect((await verify(token)).userId).toBe(7)
  vi.useFakeTimers({ now: Date.now() + 31_000, toFake: ['Date'] })
  await expect(verify(token)).rejects.toMatchObject({ code: 'expired' })
})

test('issuer and audience are asked for where they are configured', async () => {
  const strict = createTokenVerifier({ JWT_SECRET, JWT_ISSUER: 'growzone', JWT_AUDIENCE: 'chat' })
  expect(await strict(await sign({ sub: '7', iss: 'growzone', aud: ['chat', 'social'] }))).toEqual({
    userId: 7,
  })
  for (const claims of [
    {},
    { iss: 'growzone' },
    { aud: 'chat' },
    { iss: 'evil', aud: 'chat' },
    { iss: 'growzone', aud: 'x' },
  ]) {
    await expect(strict(await sign({ sub: '7', ...claims }))).rejects.toMatchObject({ code: 'invalid' })
  }
})

test('a verifier without secret and key set is a configuration error', () => {
  expect(() => createTokenVerifier({})).toThrow(ConfigError)
})

test.each([
  ['Bearer abc', 'abc'],
  ['bearer  abc ', 'abc'],
  ['Basic abc', undefined],
  ['Bearer', undefined],
  ['Bearer a b', undefined],
  ['abc', undefined],
  [undefined, undefined],
])('the authorization header %j holds the token %j', (header, token) => {
  expect(bearerToken(header)).toBe(token)
})

/** A token issuer with a key set on HTTP. */
const issuer = {
  keys: [] as JWK[],
  answer: undefined as { status: number; body: string } | undefined,
  requests: 0,
  url: '',
}
let server: Server
type Pair = Awaited<ReturnType<typeof makePair>>
let rsa: Pair
let ec: Pair

async function makePair(alg: 'RS256' | 'ES256', kid: string) {
  const pair = await generateKeyPair(alg)
  const jwk = { ...(await exportJWK(pair.publicKey)), kid, alg, use: 'sig' }
  const signWith = (claims: JWTPayload = { sub: '7' }) =>
    new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(pair.privateKey)
  return { ...pair, jwk, sign: signWith }
}

beforeAll(async () => {
  server = createServer((_, response) => {
    issuer.requests++
    const { status, body } = issuer.answer ?? { status: 200, body: JSON.stringify({ keys: issuer.keys }) }
    response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  })
  issuer.url = `http://127.0.0.1:${await listen(server, { host: '127.0.0.1', port: 0 })}/jwks.json`
  rsa = await makePair('RS256', 'rsa-1')
  ec = await makePair('ES256', 'ec-1')
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
afterEach(() => {
  issuer.answer = undefined
  issuer.requests = 0
})

function verifierByKeySet(keys: JWK[]) {
  issuer.keys = keys
  return createTokenVerifier({ JWKS_URL: issuer.url })
}

test('RS256 and ES256 tokens are verified by the key set, which is fetched once', async () => {
  const verifyByKeys = verifierByKeySet([rsa.jwk, ec.jwk])
  expect(await verifyByKeys(await rsa.sign())).toEqual({ userId: 7 })
  expect(await verifyByKeys(await ec.sign({ sub: '8' }))).toEqual({ userId: 8 })
  expect(issuer.requests).toBe(1)
})

test('a rotated key is found by fetching the key set again, and the old one is then refused', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  const verifyByKeys = verifierByKeySet([rsa.jwk])
  const remembered = await rsa.sign()
  await verifyByKeys(remembered)
  const rotated = await makePair('ES256', 'ec-2')
  issuer.keys = [rotated.jwk]
  vi.advanceTimersByTime(31_000)
  expect(await verifyByKeys(await rotated.sign())).toEqual({ userId: 7 })
  expect(issuer.requests).toBe(2)
  await expect(verifyByKeys(await rsa.sign({ sub: '8' }))).rejects.toMatchObject({ code: 'invalid' })
  // What was verified with the old key counts for a minute in all.
  expect(await verifyByKeys(remembered)).toEqual({ userId: 7 })
  vi.advanceTimersByTime(30_000)
  await expect(verifyByKeys(remembered)).rejects.toMatchObject({ code: 'invalid' })
})

test('tokens by unknown keys do not make us fetch the key set each time', async () => {
  const verifyByKeys = verifierByKeySet([rsa.jwk])
  const stranger = await makePair('ES256', 'nobody')
  for (let n = 0; n < 5; n++) {
    await expect(verifyByKeys(await stranger.sign())).rejects.toMatchObject({ code: 'invalid' })
  }
  expect(issuer.requests).toBe(1)
})

test('a key with a known id and another signature is refused', async () => {
  const verifyByKeys = verifierByKeySet([rsa.jwk])
  const forger = await makePair('RS256', 'rsa-1')
  await expect(verifyByKeys(await forger.sign())).rejects.toMatchObject({ code: 'invalid' })
})

test('an HS256 token signed with the public key is refused', async () => {
  const verifyByKeys = verifierByKeySet([rsa.jwk])
  const publicKey = await exportSPKI(rsa.publicKey)
  for (const secret of [publicKey, publicKey.trim(), rsa.jwk.n as string]) {
    const forged = await new SignJWT({ sub: '7' })
      .setProtectedHeader({ alg: 'HS256', kid: 'rsa-1' })
      .sign(keyOf(secret))
    await expect(verifyByKeys(forged)).rejects.toMatchObject({ code: 'invalid' })
  }
})

test('with a key set configured, the shared secret opens nothing', async () => {
  issuer.keys = [rsa.jwk]
  const verifyByKeys = createTokenVerifier({ JWKS_URL: issuer.url, JWT_SECRET })
  await expect(verifyByKeys(await signToken(JWT_SECRET, 7, 60))).rejects.toMatchObject({ code: 'invalid' })
})

test('alg none is refused by a key set too, and an expired token told so', async () => {
  const verifyByKeys = verifierByKeySet([rsa.jwk])
  await expect(verifyByKeys(new UnsecuredJWT({ sub: '7' }).encode())).rejects.toMatchObject({
    code: 'invalid',
  })
  await expect(verifyByKeys(await rsa.sign({ sub: '7', exp: inThePast }))).rejects.toMatchObject({
    code: 'expired',
  })
})

test.each([
  ['answers an error', { status: 500, body: 'oops' }],
  ['answers a page', { status: 200, body: '<html>maintenance</html>' }],
  ['answers no key set', { status: 200, body: '{"error":"maintenance"}' }],
])('while the issuer %s, tokens are neither good nor bad: 503, and it passes', async (_, answer) => {
  const verifyByKeys = verifierByKeySet([rsa.jwk])
  issuer.answer = answer
  await expect(verifyByKeys(await rsa.sign())).rejects.toMatchObject({
    name: 'ProblemError',
    status: 503,
    headers: { 'Retry-After': '2' },
  })
  issuer.answer = undefined
  expect(await verifyByKeys(await rsa.sign())).toEqual({ userId: 7 })
})

test('an issuer that cannot be reached is 503', async () => {
  const closed = createServer()
  const port = await listen(closed, { host: '127.0.0.1', port: 0 })
  await new Promise(resolve => closed.close(resolve))
  const verifyByKeys = createTokenVerifier({ JWKS_URL: `http://127.0.0.1:${port}/` })
  await expect(verifyByKeys(await rsa.sign())).rejects.toMatchObject({ status: 503 })
})

test('a token that is no JWT is invalid even while the issuer is away', async () => {
  const verifyByKeys = verifierByKeySet([])
  issuer.answer = { status: 500, body: '' }
  await expect(verifyByKeys('abc')).rejects.toMatchObject({ code: 'invalid' })
})
