import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readStage } from '../../infra/aws/stages.ts'
import { spell } from './spell.ts'
import { readTemplate, resourcesOf } from './template.ts'

const page = readFileSync('docs/deploy.md', 'utf8')

test('every output that docs/deploy.md asks for is one of the stack', () => {
  const asked = [...page.matchAll(/output ([A-Z]\w+)/g)].map(([, name]) => name)
  expect(asked.length).toBeGreaterThan(5)
  expect(Object.keys(readTemplate('dev').Outputs)).toEqual(expect.arrayContaining(asked))
})

test('its settings of production are complete', () => {
  const [, json = ''] = page.match(/```json\n(.*?)```/s) ?? []
  const context: Record<string, unknown> = { stage: 'prod', imageTag: 'v1', ...JSON.parse(json) }
  expect(readStage(name => context[name])).toMatchObject({
    vpc: expect.anything(),
    database: expect.anything(),
  })
})

test('every name of a stage that it gives is the name of something', () => {
  const template = JSON.stringify(readTemplate('dev'))
  const names = [...page.matchAll(/(?:\$STAGE|dev)-((?:chat|growzone)[\w-]*(?:\/[\w-]+)?)/g)].map(
    ([, name]) => `dev-${name}`,
  )
  expect(new Set(names).size).toBeGreaterThan(5)
  for (const name of names) expect(template).toContain(`"${name}"`)
})

test('the command that migrates comes through a shell whole, with what is to be overridden', () => {
  const command = String(spell(readTemplate('prod').Outputs.MigrateCommand?.Value)).replaceAll(
    /\$\{(\w+)[^}]*\}/g,
    '$1',
  )
  const overrides = page.match(/migrate "(--overrides .*)"\n/)?.[1]?.replaceAll('\\"', '"')
  const program = `aws() { printf '%s\\n' "$@"; }; eval "$COMMAND $OVERRIDES"`
  const env = { COMMAND: command, OVERRIDES: overrides }
  const words = execFileSync('/bin/sh', ['-c', program], { env, encoding: 'utf8' }).trimEnd().split('\n')
  const after = (flag: string) => words[words.indexOf(flag) + 1] ?? ''
  expect(words.slice(0, 2)).toEqual(['ecs', 'run-task'])
  expect(after('--task-definition')).toBe('prod-chat-migration')
  expect(after('--network-configuration')).toMatch(
    /^awsvpcConfiguration=\{subnets=\[subnet-1a1b2c3a,subnet-1a1b2c3b,subnet-1a1b2c3c\],securityGroups=\[MigrationGroup\w+\]\}$/,
  )
  const { containerOverrides } = JSON.parse(after('--overrides'))
  const [, task] =
    resourcesOf('prod', 'AWS::ECS::TaskDefinition').find(([id]) => id.startsWith('Migration')) ?? []
  expect(task?.Properties.ContainerDefinitions.map(({ Name }: { Name: string }) => Name)).toContain(
    containerOverrides[0].name,
  )
  expect(containerOverrides[0].command).toEqual(['demo-users'])
})
