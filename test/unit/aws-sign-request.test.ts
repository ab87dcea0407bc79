import { expect, test } from 'vitest'
import { signRequest } from '../../shared/aws/sign-request.ts'

/** Of AWS’s own test suite for Signature Version 4: `post-vanilla`. */
const CREDENTIALS = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}
const SCOPE = { region: 'us-east-1', service: 'service' }
const AT = Date.UTC(2015, 7, 30, 12, 36, 0)
const REQUEST = { host: 'example.amazonaws.com', path: '/', body: '' }

const headersOf = (...args: Parameters<typeof signRequest>) =>
  Object.fromEntries(
    signRequest(...args)
      .split('\r\n')
      .slice(0, -1)
      .map(line => line.split(/: (.*)/)),
  )
const signatureOf = (...args: Parameters<typeof signRequest>) => headersOf(...args).authorization

test('a plain POST has the signature that AWS publishes for it', () => {
  expect(headersOf(REQUEST, CREDENTIALS, SCOPE, AT)).toEqual({
    host: 'example.amazonaws.com',
    'x-amz-date': '20150830T123600Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, ' +
      'SignedHeaders=host;x-amz-date, ' +
      'Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  })
})

test('body, path, target, secret, region and day each change the signature; the same request keeps it', () => {
  const variants = [
    signatureOf({ ...REQUEST, body: 'x' }, CREDENTIALS, SCOPE, AT),
    signatureOf({ ...REQUEST, path: '/prod' }, CREDENTIALS, SCOPE, AT),
    signatureOf({ ...REQUEST, target: 'AmazonSQS.ReceiveMessage' }, CREDENTIALS, SCOPE, AT),
    signatureOf(REQUEST, { ...CREDENTIALS, secretAccessKey: 'rotated' }, SCOPE, AT),
    signatureOf(REQUEST, CREDENTIALS, { ...SCOPE, region: 'eu-west-1' }, AT),
    signatureOf(REQUEST, CREDENTIALS, SCOPE, AT + 86_400_000),
    signatureOf(REQUEST, CREDENTIALS, SCOPE, AT),
  ]
  expect(new Set(variants).size).toBe(variants.length)
  expect(signatureOf(REQUEST, CREDENTIALS, SCOPE, AT)).toBe(variants.at(-1))
})

/** By encodeURIComponent segment by segment, and what it leaves of the reserved characters. */
test('a path is signed with all but its slashes and the unreserved characters encoded once more', () => {
  const path = "/prod/@connections/a~b-c_d.e%3D!'()*%2B"
  expect(signatureOf({ ...REQUEST, path }, CREDENTIALS, SCOPE, AT)).toContain(
    'Signature=22931a6c1518e9e4091015c8359e4f452f3d0224300a04607d4cdcd67ce753c7',
  )
})

test('temporary credentials send their session token, signed', () => {
  const headers = headersOf(REQUEST, { ...CREDENTIALS, sessionToken: 'token' }, SCOPE, AT)
  expect(headers['x-amz-security-token']).toBe('token')
  expect(headers.authorization).toContain('SignedHeaders=host;x-amz-date;x-amz-security-token,')
})

test.each([
  ['a line break in the session token', { sessionToken: 'token\r\nx-evil: 1' }],
  ['a blank behind the session token', { sessionToken: 'token\n' }],
  ['a character beyond ASCII in the access key id', { accessKeyId: 'AK€' }],
])('%s is refused, not sent', (_, wrong) => {
  expect(() => signRequest(REQUEST, { ...CREDENTIALS, ...wrong }, SCOPE, AT)).toThrow(RangeError)
})
