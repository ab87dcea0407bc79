import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEPLOYMENTS } from './deployments.ts'
import { spell } from './spell.ts'
import { type RawTemplate, readTemplate } from './template.ts'

let home: string
let clone: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'growzone-chat-home-'))
  // Without a `cdk.context.json`, which a deployer of this one may have.
  clone = join(home, 'clone')
  await mkdir(clone)
  const needed = ['cdk.json', 'infra', 'node_modules', 'package.json', 'services', 'shared']
  await Promise.all(needed.map(name => symlink(join(process.cwd(), name), join(clone, name))))
})
afterAll(() => rm(home, { recursive: true }))

/** Without credentials, without Docker, and with every way to a network closed. */
function synthesise(context: Record<string, string>, output: string): Promise<Outcome> {
  const settings = Object.entries(context).flatMap(([name, value]) => ['--context', `${name}=${value}`])
  const nowhere = 'http://127.0.0.1:1'
  const env = {
    ...{ HOME: home, PATH: join(process.cwd(), 'node_modules/.bin'), CDK_DOCKER: '/nonexistent/docker' },
    ...{ HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere, AWS_EC2_METADATA_DISABLED: 'true', CI: '1' },
  }
  const args = ['node_modules/aws-cdk/bin/cdk', 'synth', '--quiet', '--output', output, ...settings]
  return new Promise(resolve => {
    const child = execFile(
      process.execPath,
      args,
      { env: { ...env, SHELL: '/bin/sh' }, cwd: clone },
      (_, stdout, stderr) => resolve({ exitCode: child.exitCode, said: stdout + stderr }),
    )
  })
}

interface Outcome {
  exitCode: number | null
  said: string
}

test('`cdk synth` needs no account, no Docker and no network', async () => {
  const output = join(home, 'out')
  const { exitCode, said } = await synthesise(DEPLOYMENTS.prod, output)
  expect(said).toBe('')
  expect(exitCode).toBe(0)
  const files = await readdir(output)
  expect(files).toContain('growzone-chat-prod.template.json')
  const functions = Object.values(readTemplate('prod').Resources).filter(
    ({ Type }) => Type === 'AWS::Lambda::Function',
  )
  expect(files.filter(name => name.startsWith('asset.'))).toHaveLength(functions.length)
})

test('without any setting it makes a trial that asks for the tag of its image, without which nothing is deployed', async () => {
  const output = join(home, 'plain')
  const { exitCode, said } = await synthesise({}, output)
  expect(said).toContain('imageTag is not set; deploy needs it: -c imageTag=<tag of the container image>')
  expect(exitCode).toBe(0)
  const template = await readFile(join(output, 'growzone-chat-dev.template.json'), 'utf8')
  const { Parameters, Resources } = JSON.parse(template) as RawTemplate & { Parameters: object }
  expect(Parameters).toMatchObject({ ImageTag: { Type: 'String' } })
  expect(Parameters).not.toHaveProperty('ImageTag.Default')
  const images = Object.values(Resources).flatMap(({ Type, Properties }) =>
    Type === 'AWS::ECS::TaskDefinition'
      ? Properties.ContainerDefinitions.map(({ Image }: { Image: unknown }) => spell(Image))
      : [],
  )
  expect(images.length).toBeGreaterThan(4)
  for (const image of images) expect(image).toMatch(/\/growzone-chat:\$\{ImageTag\}$/)
})

test('a stage that does not exist is told in one line, without a stack', async () => {
  const { exitCode, said } = await synthesise({ ...DEPLOYMENTS.dev, stage: 'staging' }, join(home, 'none'))
  const [line, ...others] = said.trim().split('\n')
  expect(line).toBe(
    'growzone-chat: stage is invalid: must be one of dev, prod (which one is meant); give it with -c, or in cdk.context.json',
  )
  // The CDK's own last word.
  expect(others).toEqual([expect.stringMatching(/Subprocess exited with error 1$/)])
  expect(exitCode).toBe(1)
})
