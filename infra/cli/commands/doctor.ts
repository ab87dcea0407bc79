import * as z from 'zod'
import { positiveInteger } from '../../../shared/config.ts'
import { type Command, print, UsageError } from '../command.ts'
import { SERVICES, type ServiceName } from '../doctor/services.ts'

export const doctor: Command = {
  summary:
    'Checks settings, database, rights, migrations and AWS resources of all services, or of one. Changes nothing; exit code 1 when a check fails.',
  operands: '[ingress|gateway|persister|delivery]',
  flags: {
    timeout: { meaning: 'seconds that each check may take; all run at once', default: '5' },
    json: { meaning: 'one JSON object a line', isSwitch: true },
  },
  settings: async () => z.object({}),
  async run({ operands: [service], flags, env }) {
    if (service !== undefined && !isService(service))
      throw new UsageError(`${service} is not one of ${SERVICES.join(', ')}`)
    const seconds = positiveInteger.max(300).safeParse(flags.timeout)
    if (!seconds.success) throw new UsageError('--timeout must be a whole number of seconds, 1 to 300')
    const { examine } = await import('../doctor/examine.ts')
    const { toLine } = await import('../doctor/finding.ts')
    const services = service === undefined ? [...SERVICES] : [service]
    const findings = await examine(services, env, seconds.data * 1_000)
    for (const finding of findings) print(flags.json === 'true' ? JSON.stringify(finding) : toLine(finding))
    const failed = findings.filter(({ status }) => status === 'FAIL').length
    if (failed > 0) throw new Error(`${failed} of ${findings.length} checks failed`)
  },
}

function isService(word: string): word is ServiceName {
  return SERVICES.some(service => service === word)
}
