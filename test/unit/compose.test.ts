import { readFileSync } from 'node:fs'
import { CORE_SCHEMA, load, mergeTag } from 'js-yaml'
import { expect, test } from 'vitest'
import { COMMANDS } from '../../infra/cli/commands.ts'
import { readConfig } from '../../shared/config.ts'

interface Service {
  image: string
  build?: string
  command: [string, ...string[]]
  environment: Record<string, string>
  init?: boolean
  read_only?: boolean
  restart?: string
  ports?: string[]
  depends_on?: Record<string, { condition: string }>
  healthcheck?: { test: string[] }
}

const FILE = 'docker-compose.localstack.yml'
const { services } = load(readFileSync(FILE, 'utf8'), { schema: CORE_SCHEMA.withTags(mergeTag) }) as {
  services: Record<string, Service>
}
const OURS = Object.entries(services).filter(([, { build }]) => build !== undefined)
const OTHERS = Object.entries(services).filter(([, { build }]) => build === undefined)
const isOneShot = ({ restart }: Service) => restart === 'no'
/** Read by the AWS SDK itself. */
const SDK_SETTINGS = /^AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|ENDPOINT_URL(_(SQS|SNS|S3|DYNAMODB))?)$/

test.each(OURS)('%s runs a command with settings that it knows and takes', async (_, service) => {
  const loadCommand = COMMANDS[service.command[0]]
  if (loadCommand === undefined) throw new Error(`${service.command[0]} is no command`)
  const schema = await (await loadCommand()).settings()
  expect(
    Object.keys(service.environment).filter(name => !(name in schema.shape || SDK_SETTINGS.test(name))),
  ).toEqual([])
  expect(() => readConfig(schema, service.environment)).not.toThrow()
})

test('all four services are there, and every one of ours writes nothing and has an init', () => {
  const commands = OURS.map(([, { command }]) => command[0])
  expect(commands).toEqual(
    expect.arrayContaining([
      ...['ingress', 'gateway', 'persister', 'delivery'],
      ...['migrate', 'logins', 'demo-users', 'provision'],
    ]),
  )
  for (const [, service] of OURS) expect(service).toMatchObject({ init: true, read_only: true })
})

test('each is healthy or ends, and whoever waits for another waits for what the other does', () => {
  for (const [name, service] of Object.entries(services))
    expect([name, service.healthcheck !== undefined]).toEqual([name, !isOneShot(service)])
  for (const [name, { depends_on = {} }] of Object.entries(services))
    for (const [other, { condition }] of Object.entries(depends_on)) {
      const ends = isOneShot(services[other] as Service)
      expect([name, other, condition]).toEqual([
        name,
        other,
        ends ? 'service_completed_successfully' : 'service_healthy',
      ])
    }
})

test('who logs in to the database as a service has the password that `logins` gives it', () => {
  const { INGRESS_DATABASE_PASSWORD, PERSISTER_DATABASE_PASSWORD } = services.logins?.environment ?? {}
  const loginOf = (service: string) => {
    const { username, password } = new URL(services[service]?.environment.DATABASE_URL ?? '')
    return [username, password]
  }
  expect(loginOf('ingress')).toEqual(['chat_ingress', INGRESS_DATABASE_PASSWORD])
  expect(loginOf('persister')).toEqual(['chat_persister', PERSISTER_DATABASE_PASSWORD])
})

test('images of others are pinned, LocalStack to the last version that needs no token', () => {
  for (const [, { image }] of OTHERS) expect(image).toMatch(/^[a-z/]+:\d+\.\d+(\.\d+)?$/)
  expect(services.localstack?.image).toBe('localstack/localstack:4.14.0')
})

test('nothing is published beyond this machine', () => {
  const ports = Object.values(services).flatMap(({ ports = [] }) => ports)
  expect(ports.length).toBeGreaterThan(0)
  expect(ports.filter(port => !port.startsWith('127.0.0.1:'))).toEqual([])
})

test('the image has the Node.js that the tests run on, or a later one of its line', () => {
  const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
  const dockerfile = readFileSync('Dockerfile', 'utf8')
  const [first = '', ...others] = [...dockerfile.matchAll(/^FROM node:([\d.]+)-slim\b/gm)].map(
    ([, tag]) => tag,
  )
  expect(others).toEqual([first])
  const [ofImage, ofTests] = [first, devDependencies.node].map(version => version.split('.').map(Number))
  expect(ofImage[0]).toBe(ofTests[0])
  expect([ofImage, ofTests].toSorted(byVersion)).toEqual([ofTests, ofImage])
})

function byVersion(a: number[], b: number[]): number {
  const differing = a.findIndex((part, index) => part !== b[index])
  return differing < 0 ? 0 : (a[differing] as number) - (b[differing] as number)
}
