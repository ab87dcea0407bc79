import * as z from 'zod'
import { awsSettings } from '../../../shared/aws/clients.ts'
import { commonSettings, readConfig } from '../../../shared/config.ts'
import { type Command, UsageError } from '../command.ts'
import { ACTIONS, type ActionName } from '../dlq/action.ts'
import { readFilter } from '../dlq/filter.ts'

const dlqConfig = z.object({
  ...awsSettings,
  CHAT_RESOURCE_PREFIX: commonSettings.CHAT_RESOURCE_PREFIX,
})

export const dlq: Command = {
  summary: 'Looks at what the workers gave up (dead letters), sends it back to its queue, or discards it.',
  operands: 'list|show|redrive|discard [id]',
  flags: {
    queue: { value: 'commands|deliveries', meaning: 'one of the two queues (default both)' },
    reason: { value: '<text>', meaning: 'those with this in their reason, in either case' },
    'older-than': { value: '<age>', meaning: 'those that died longer ago than 30s, 10m, 2h, 3d' },
    'newer-than': { value: '<age>', meaning: 'those that died since then' },
    conversation: { value: '<uuid>', meaning: 'those of one conversation' },
    id: { value: '<id>', meaning: 'these; comma-separated, or given again', isRepeatable: true },
    json: { meaning: 'one JSON object a line', isSwitch: true },
    yes: { meaning: 'discards without asking', isSwitch: true },
  },
  settings: async () => dlqConfig,
  async run({ operands: [action, id], flags, env }) {
    if (!isAction(action)) throw new UsageError(`say one of ${ACTIONS.join(', ')}`)
    if ((action === 'show') !== (id !== undefined))
      throw new UsageError(
        id === undefined ? 'show takes the id of a dead letter' : `${action} takes no ${id}`,
      )
    if (flags.yes && action !== 'discard') throw new UsageError(`--yes is for discard, not for ${action}`)
    const filter = readFilter(id === undefined ? flags : { ...flags, id })
    const { CHAT_RESOURCE_PREFIX: prefix } = readConfig(dlqConfig, env)
    const { runAction } = await import('../dlq/run-action.ts')
    await runAction(action, { prefix, filter, asJson: flags.json === 'true', isSure: flags.yes === 'true' })
  },
}

function isAction(word: string | undefined): word is ActionName {
  return ACTIONS.some(action => action === word)
}
