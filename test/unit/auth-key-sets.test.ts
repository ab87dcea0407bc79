import { createServer, type Server } from 'node:http'
import { exportJWK, generateKeyPair, type JWK, type JWTHeaderParameters, SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createTokenVerifier } from '../../shared/auth.ts'
import { listen } from '../../shared/listen.ts'

let server: Server
let url: string
let requests = 0
let keys: JWK[] = []
let issuer: Awaited<ReturnType<typeof makePair>>
let forger: Awaited<ReturnType<typeof makePair>>

async function makePair(kid: string) {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }
  const sign = (header: Partial<JWTHeaderParameters> = {}) =>
    new SignJWT({ sub: '7' })
      .setProtectedHeader({ alg: 'ES256', kid, ...header })
      .setExpirationTime('1h')
      .sign(privateKey)
  return { jwk, privateKey, sign }
}

beforeAll(async () => {
  server = createServer((_, response) => {
    requests++
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }))
  })
  url = `http://127.0.0.1:${await listen(server, { host: '127.0.0.1', port: 0 })}/jwks.json`
  ;[issuer, forger] = await Promise.all([makePair('issuer'), makePair('forger')])
})
beforeEach(() => {
  requests = 0
  keys = [issuer.jwk]
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

test('a thousand tokens of unknown keys at once ask the issuer once, and good ones are verified meanwhile', async () => {
  const verify = createTokenVerifier({ JWKS_URL: url })
  const flood = await Promise.all(
    Array.from({ length: 1_000 }, async (_, n) => forger.sign({ kid: `unknown ${n}` })),
  )
  const refusals = flood.map(token => expect(verify(token)).rejects.toMatchObject({ code: 'invalid' }))
  const good = await issuer.sign()
  expect(await verify(good)).toMatchObject({ userId: 7 })
  await Promise.all(refusals)
  await expect(verify(await forger.sign())).rejects.toMatchObject({ code: 'invalid' })
  expect(requests).toBe(1)
})

test.each([
  ['brings its own key', () => ({ jwk: forger.jwk, kid: 'issuer' })],
  ['names where its key is', () => ({ jku: `${url}?of=forger`, kid: 'issuer' })],
  ['names a certificate', () => ({ x5u: `${url}?of=forger`, x5c: ['AAAA'], kid: 'issuer' })],
  ['names a file as its key', () => ({ kid: '../../../../dev/null' })],
  ['names no key', () => ({ kid: '' })],
] as [string, () => Partial<JWTHeaderParameters>][])(
  'a token that %s is verified by the key set all the same',
  async (_, makeHeader) => {
    const verify = createTokenVerifier({ JWKS_URL: url })
    await expect(verify(await forger.sign(makeHeader()))).rejects.toMatchObject({ code: 'invalid' })
    expect(requests).toBe(1)
  },
)

test('a token with an extension that must be understood is refused', async () => {
  const verify = createTokenVerifier({ JWKS_URL: url })
  const token = await new SignJWT({ sub: '7' })
    .setProtectedHeader({ alg: 'ES256', kid: 'issuer', crit: ['extension'], extension: 1 })
    .sign(issuer.privateKey, { crit: { extension: true } })
  await expect(verify(token)).rejects.toMatchObject({ code: 'invalid' })
})

test.each(['RSA1_5', 'HS256', 'HS384', 'ES384', 'PS256', 'EdDSA', 'none', 'nOnE', ''])(
  'a key set verifies no token that says alg %j',
  async alg => {
    const verify = createTokenVerifier({ JWKS_URL: url })
    const [, payload, signature] = (await issuer.sign()).split('.')
    const header = Buffer.from(JSON.stringify({ alg, kid: 'issuer' })).toString('base64url')
    await expect(verify([header, payload, signature].join('.'))).rejects.toMatchObject({ code: 'invalid' })
  },
)

test('an issuer that takes the request and says nothing is 503 after five seconds', async () => {
  const silent = createServer(() => {})
  const port = await listen(silent, { host: '127.0.0.1', port: 0 })
  const askedAt = Date.now()
  const verify = createTokenVerifier({ JWKS_URL: `http://127.0.0.1:${port}/` })
  await expect(verify(await issuer.sign())).rejects.toMatchObject({ name: 'ProblemError', status: 503 })
  expect(Date.now() - askedAt).toBeLessThan(7_000)
  silent.closeAllConnections()
  silent.close()
}, 10_000)
