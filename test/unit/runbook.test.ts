import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { COMMANDS } from '../../infra/cli/commands.ts'
import { ACTIONS } from '../../infra/cli/dlq/action.ts'

/** Those of infra/aws/alarms.ts: an alarm's description names its heading. */
const ALARMS = [
  ...['CommandsAge', 'DeliveriesAge', 'CommandsDeadLetters', 'DeliveriesDeadLetters', 'DeliveryLatency'],
  ...['ErrorRate', 'GatewayErrors', 'DatabaseCpu', 'DatabaseConnections', 'PushFailures'],
]
const RUNBOOK = readFileSync('docs/runbook.md', 'utf8')
const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/**/*.md')]

/** The text of each section, by its heading. */
const SECTIONS = new Map(
  RUNBOOK.split(/^#{1,3} /m).map(section => [section.split('\n')[0] as string, section] as const),
)

test.each(ALARMS)('%s has its heading, its meaning, a first look, a way to mend it and a command', name => {
  const section = SECTIONS.get(name) ?? ''
  expect(section.match(/^\*\*[^*]+\.\*\*/gm)).toEqual([
    '**Means.**',
    '**Look first.**',
    '**Mend.**',
    '**Command.**',
  ])
  expect(section).toMatch(/^```sh\n(?:.+\n)+```$/m)
})

test.each(DOCUMENTS)('%s names only commands of growzone-chat that exist', file => {
  const text = readFileSync(file, 'utf8').replaceAll('\\|', '|')
  const named = [...text.matchAll(/(?:npx |`)growzone-chat ([a-z][\w-]*)(?: ([a-z]+))?/g)]
  for (const [call, command, operand] of named) {
    expect([file, call, Object.hasOwn(COMMANDS, command as string)]).toEqual([file, call, true])
    if (command === 'dlq') expect([...ACTIONS, undefined]).toContain(operand)
  }
})

test('flags that the runbook gives to growzone-chat exist', async () => {
  const calls = [...RUNBOOK.matchAll(/growzone-chat ([a-z]+)([^`\n]*)/g)]
  const unknown: string[] = []
  for (const [, name = '', rest = ''] of calls) {
    const flags = Object.keys((await COMMANDS[name]?.())?.flags ?? {})
    for (const [, flag = ''] of rest.matchAll(/--([a-z-]+)/g))
      if (!flags.includes(flag)) unknown.push(`${name} --${flag}`)
  }
  expect(unknown).toEqual([])
  expect(calls.length).toBeGreaterThan(10)
})

test.each(DOCUMENTS)('links of %s to files and headings of this repository lead somewhere', file => {
  const text = readFileSync(file, 'utf8')
  for (const [, path = '', anchor] of text.matchAll(/\]\((?![a-z]+:)([^)#]*)(?:#([^)]+))?\)/g)) {
    const target = path === '' ? file : join(dirname(file), path)
    expect([target, existsSync(target)]).toEqual([target, true])
    if (anchor !== undefined) expect(anchorsOf(target)).toContain(anchor)
  }
})

function anchorsOf(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  )
}
