import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readStage, stageSettings } from '../../infra/aws/stages.ts'
import type { Command } from '../../infra/cli/command.ts'
import { demoUsers } from '../../infra/cli/commands/demo-users.ts'
import { migrate } from '../../infra/cli/commands/migrate.ts'
import { spell } from './spell.ts'
import { findResource, readTemplate } from './template.ts'

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
  const names = [...page.matchAll(/(?:\$\{PREFIX\}|dev-)((?:chat|growzone)[\w-]*(?:\/[\w-]+)?)/g)].map(
    ([, name]) => `dev-${name}`,
  )
  expect(new Set(names).size).toBeGreaterThan(5)
  for (const name of names) expect(template).toContain(`"${name}"`)
})

test('every setting of a stage that it gives on the command line is one', () => {
  const given = [...page.matchAll(/-c (\w+)=(?!value`)/g)].map(([, name]) => name)
  expect(new Set(given).size).toBeGreaterThan(3)
  expect(['stage', ...Object.keys(stageSettings)]).toEqual(expect.arrayContaining(given))
})

/** What the migration's task runs by its overrides. */
const COMMANDS: Record<string, Command> = { migrate, 'demo-users': demoUsers }
const OVERRIDES = [...page.matchAll(/^migrate "(--overrides .*)"$/gm)].map(([, text = '']) =>
  text.replaceAll('\\"', '"'),
)

test('the migration is run with a setting, with users to add, and a step back', () => {
  expect(OVERRIDES).toHaveLength(3)
})

test.each(OVERRIDES)('the command that migrates comes through a shell whole with %s', async overrides => {
  const command = String(spell(readTemplate('prod').Outputs.MigrateCommand?.Value)).replaceAll(
    /\$\{(\w+)[^}]*\}/g,
    '$1',
  )
  const program = `aws() { printf '%s\\n' "$@"; }; eval "$COMMAND $OVERRIDES"`
  const env = { COMMAND: command, OVERRIDES: overrides }
  const words = execFileSync('/bin/sh', ['-c', program], { env, encoding: 'utf8' }).trimEnd().split('\n')
  const after = (flag: string) => words[words.indexOf(flag) + 1] ?? ''
  expect(words.slice(0, 2)).toEqual(['ecs', 'run-task'])
  expect(after('--task-definition')).toBe('prod-chat-migration')
  expect(after('--query')).toBe('tasks[0].taskArn')
  expect(after('--network-configuration')).toMatch(
    /^awsvpcConfiguration=\{subnets=\[subnet-1a1b2c3a,subnet-1a1b2c3b,subnet-1a1b2c3c\],securityGroups=\[MigrationGroup\w+\]\}$/,
  )
  const [override] = JSON.parse(after('--overrides')).containerOverrides
  const { Properties } = findResource('prod', 'AWS::ECS::TaskDefinition', 'Migration')
  const container = Properties.ContainerDefinitions.find(
    ({ Name }: { Name: string }) => Name === override.name,
  )
  const [name] = override.command ?? container.Command
  const settings = await COMMANDS[name]?.settings()
  for (const { name: setting } of override.environment ?? [])
    expect(Object.keys(settings?.shape ?? {})).toContain(setting)
  expect(settings).toBeDefined()
})
