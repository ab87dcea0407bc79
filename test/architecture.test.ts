import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'

interface Import {
  file: string
  /** A package name, or the path of a file of this repository. */
  target: string
}

const ROOMS = ['services', 'shared', 'infra']
const FILES = globSync(ROOMS.map(room => `${room}/**/*.{ts,mjs}`))
const IMPORTS = FILES.flatMap(importsOf)

test('services do not know each other', () => {
  expect(
    breaches(
      of('services/'),
      ({ file, target }) => target.startsWith('services/') && serviceOf(target) !== serviceOf(file),
    ),
  ).toEqual([])
})

test('shared knows neither services nor infrastructure', () => {
  expect(breaches(of('shared/'), ({ target }) => /^(services|infra|test)\//.test(target))).toEqual([])
})

test('only the command line reaches into the services from infra, and the code never into the tests', () => {
  expect(
    breaches(
      of('infra/'),
      ({ file, target }) => target.startsWith('services/') && !file.startsWith('infra/cli/'),
    ),
  ).toEqual([])
  expect(breaches(IMPORTS, ({ target }) => target.startsWith('test/'))).toEqual([])
})

test('the AWS SDK is used only where AWS is spoken', () => {
  const rooms = ['aws', 'messaging', 'connections', 'limits', 'media']
    .map(room => `shared/${room}/`)
    .concat('infra/')
  expect(outside(rooms, target => /^@(aws-sdk|smithy)\//.test(target))).toEqual([])
})

test('Kysely and pg are used only by the database and the persister', () => {
  expect(
    outside(['shared/database/', 'services/persister/'], target => /^(kysely|pg)($|\/)/.test(target)),
  ).toEqual([])
})

test('Hono is used only by the ingress and the gateway', () => {
  expect(
    outside(['services/ingress/', 'services/gateway/'], target => /^(hono|@hono\/.*)($|\/)/.test(target)),
  ).toEqual([])
})

test('OpenTelemetry is loaded only where traces are wanted', () => {
  expect(outside(['shared/otel/'], target => target.startsWith('@opentelemetry/'))).toEqual([])
  const loaders = IMPORTS.filter(
    ({ file, target }) => target.startsWith('shared/otel/') && !file.startsWith('shared/otel/'),
  )
  expect(loaders.map(({ file }) => file)).toEqual(['shared/telemetry.ts'])
  expect(readFileSync('shared/telemetry.ts', 'utf8')).not.toMatch(/from '\.\/otel\//)
})

test('only entry points read the environment', () => {
  const entryPoints = ['infra/cli/', 'services/gateway/lambda/', 'infra/aws/main.ts']
  const readers = FILES.filter(file => /\bprocess\.env\b/.test(readFileSync(file, 'utf8')))
  expect(readers.filter(file => !entryPoints.some(entry => file.startsWith(entry)))).toEqual([])
})

test('the client knows of the server nothing but the types of the contract, and needs no package', () => {
  const isMeant = (target: string) => target === 'shared/contract/wire.ts' || target.startsWith('client/src/')
  const imports = globSync('client/src/*.ts').flatMap(importsOf)
  expect(
    breaches(
      imports,
      ({ file, target }) => !isMeant(target) && !(file === 'client/src/react.ts' && target === 'react'),
    ),
  ).toEqual([])
  expect(breaches(IMPORTS, ({ target }) => target.startsWith('client/'))).toEqual([])
  const wire = readFileSync('shared/contract/wire.ts', 'utf8')
  expect(wire).not.toMatch(/^import /m)
})

test('no import leads in a circle', () => {
  const next = Map.groupBy(IMPORTS, ({ file }) => file)
  const done = new Set<string>()
  const visit = (file: string, path: string[]): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    if (done.has(file)) return []
    for (const { target } of next.get(file) ?? []) {
      const circle = visit(target, [...path, file])
      if (circle.length > 0) return circle
    }
    done.add(file)
    return []
  }
  expect(FILES.map(file => visit(file, [])).find(circle => circle.length > 0)).toBeUndefined()
})

test('files are named in kebab-case for what they do, and stay small enough to read', () => {
  const files = [...FILES, ...globSync('client/**/*.{ts,tsx}', { exclude: ['client/**/dist/**'] })]
  const names = files.map(file => basename(file).replace(/(\.d|\.config)?\.\w+$/, ''))
  expect(
    names.filter(
      name => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) || /^(utils?|helpers?|misc|common)$/.test(name),
    ),
  ).toEqual([])
  expect(files.filter(file => readFileSync(file, 'utf8').split('\n').length > 260)).toEqual([])
})

function of(room: string): Import[] {
  return IMPORTS.filter(({ file }) => file.startsWith(room))
}

function outside(rooms: string[], isMeant: (target: string) => boolean): string[] {
  return breaches(
    IMPORTS,
    ({ file, target }) => isMeant(target) && !rooms.some(room => file.startsWith(room)),
  )
}

function breaches(imports: Import[], isBreach: (found: Import) => boolean): string[] {
  return imports.filter(isBreach).map(({ file, target }) => `${file} imports ${target}`)
}

function serviceOf(path: string): string | undefined {
  return path.split('/')[1]
}

function importsOf(file: string): Import[] {
  const source = readFileSync(file, 'utf8')
  const specifiers = [
    ...source.matchAll(/(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s*'([^']+)'|import\(\s*'([^']+)'\s*\)/g),
  ]
  return specifiers.map(match => {
    const specifier = (match[1] ?? match[2]) as string
    return { file, target: specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : specifier }
  })
}
