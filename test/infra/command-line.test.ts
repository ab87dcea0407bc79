import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEPLOYMENTS } from './deployments.ts'
import { readTemplate } from './template.ts'

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'growzone-chat-home-'))
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
      { env: { ...env, SHELL: '/bin/sh' } },
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
