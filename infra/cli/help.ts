import type * as z from 'zod'
import { align } from './align.ts'
import type { Command } from './command.ts'

export function describeCommands(commands: [string, Command][]): string {
  const rows = commands.map(([name, command]) => [usageOf(name, command), command.summary])
  return [
    'Usage: growzone-chat <command>',
    '',
    'Commands:',
    ...indented(rows),
    '',
    '`growzone-chat <command> --help` tells its settings.',
  ].join('\n')
}

export async function describeCommand(name: string, command: Command): Promise<string> {
  const flags = Object.entries(command.flags ?? {}).map(([name, flag]) => [
    `--${name}${flag.isSwitch ? '' : ` ${flag.value ?? '<value>'}`}`,
    `${flag.meaning}${flag.default === undefined ? '' : ` (default ${flag.default})`}`,
  ])
  return [
    `Usage: growzone-chat ${usageOf(name, command)}`,
    '',
    command.summary,
    ...(flags.length > 0 ? ['', 'Flags:', ...indented(flags)] : []),
    ...describeSettings(settingRows(await command.settings())),
  ].join('\n')
}

function describeSettings(rows: string[][]): string[] {
  if (rows.length === 0) return ['', 'It reads the settings of the services.']
  return ['', 'Environment variables:', ...indented(rows)]
}

function usageOf(name: string, { operands }: Command): string {
  return operands === undefined ? name : `${name} ${operands}`
}

/** Name, default and meaning of every environment variable of a schema. */
export function settingRows(schema: z.ZodObject): string[][] {
  return Object.entries(schema.shape).map(([name, type]) => [
    name,
    defaultOf(type as z.ZodType),
    (type as z.ZodType).description ?? '',
  ])
}

function defaultOf(type: z.ZodType): string {
  const unset = type.safeParse(undefined)
  if (!unset.success) return 'required'
  if (unset.data === undefined || unset.data === '') return 'optional'
  if (Array.isArray(unset.data)) return unset.data.join(',') || 'optional'
  return `default ${unset.data}`
}

function indented(rows: string[][]): string[] {
  return align(rows).map(line => `  ${line}`)
}
