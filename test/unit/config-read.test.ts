import { expect, test } from 'vitest'
import * as z from 'zod'
import { ingressConfig } from '../../services/ingress/config.ts'
import { persisterConfig } from '../../services/persister/config.ts'
import { ConfigError, readConfig } from '../../shared/config.ts'

const ENV = {
  DATABASE_URL: 'postgres://chat:pass-word@db.internal/chat',
  AWS_REGION: 'eu-central-1',
  JWT_SECRET: 'a-secret-for-tests-of-32-characters!',
  MEDIA_ORIGINS: 'https://media.example',
}

function complaintOf(env: NodeJS.ProcessEnv): string {
  try {
    readConfig(ingressConfig, env)
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return (error as Error).message
  }
  throw new Error('the configuration was accepted')
}

test('what is not set takes its default; numbers and lists are read', () => {
  const config = readConfig(ingressConfig, {
    ...ENV,
    PORT: '8080',
    MEDIA_ORIGINS: 'https://a.example, https://b.example/x/',
  })
  expect(config).toMatchObject({
    PORT: 8080,
    HOST: '0.0.0.0',
    LOG_LEVEL: 'info',
    DATABASE_POOL_SIZE: 10,
    MEDIA_ORIGINS: ['https://a.example', 'https://b.example/x/'],
  })
  expect(readConfig(persisterConfig, ENV).SQS_WAIT_SECONDS).toBe(5)
})

test('an empty variable counts as unset', () => {
  expect(readConfig(ingressConfig, { ...ENV, PORT: '', LOG_LEVEL: '' })).toMatchObject({
    PORT: 8000,
    LOG_LEVEL: 'info',
  })
  expect(complaintOf({ ...ENV, AWS_REGION: '' })).toMatch(/^AWS_REGION is not set \(/)
})

test('variables of others are not taken in', () => {
  expect(readConfig(ingressConfig, { ...ENV, HOME: '/root' })).not.toHaveProperty('HOME')
})

test.each([
  ['DATABASE_URL', 'mysql://db/chat'],
  ['DATABASE_URL', 'not a url'],
  ['DATABASE_POOL_SIZE', '0'],
  ['DATABASE_POOL_SIZE', '1.5'],
  ['DATABASE_POOL_SIZE', 'many'],
  ['PORT', '65536'],
  ['PORT', '-1'],
  ['PORT', 'http'],
  ['LOG_LEVEL', 'loud'],
  ['JWT_SECRET', 'too short'],
  ['JWKS_URL', 'file:///keys'],
  ['MEDIA_ORIGINS', 'https://a.example,b'],
  ['CORS_ORIGINS', '*'],
  ['CORS_ORIGINS', 'app.example'],
  ['CORS_ORIGINS', 'ftp://app.example'],
  ['CORS_ORIGINS', 'https://app.example/'],
  ['CORS_ORIGINS', 'https://app.example,https://b.example/chat'],
  ['UPLOAD_MAX_BYTES', '0'],
  ['CHAT_RESOURCE_PREFIX', 'a b'],
])('%s=%j stops the start with one line that names it and says what it means', (name, value) => {
  const complaint = complaintOf({ ...ENV, [name]: value })
  expect(complaint).toMatch(new RegExp(`^${name} is invalid: .+ \\(.+\\)$`))
  expect(complaint).not.toContain('\n')
})

test.each(['DATABASE_URL', 'AWS_REGION', 'MEDIA_ORIGINS'])('%s that is missing is named', name => {
  expect(complaintOf({ ...ENV, [name]: undefined })).toMatch(new RegExp(`^${name} is not set \\(.+\\)$`))
})

test('a complaint does not repeat a secret', () => {
  expect(complaintOf({ ...ENV, JWT_SECRET: 'hunter2' })).not.toContain('hunter2')
  expect(complaintOf({ ...ENV, DATABASE_URL: 'mysql://chat:hunter2@db/chat' })).not.toContain('hunter2')
})

test('a setting without a description is named all the same', () => {
  expect(() => readConfig(z.object({ COLOUR: z.string() }), {})).toThrow('COLOUR is not set')
})
