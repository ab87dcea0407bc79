import { parseArgs } from 'node:util'
import { UsageError } from '../options.ts'

export interface SocketsOptions {
  sockets: number
  /** How long the open connections are left alone, and how long each takes to ping once, s. */
  idleSeconds: number
  /** Messages per second to random ones, and for how long. */
  rate: number
  seconds: number
  /** Messages per second while the gateway is killed and everybody comes back. */
  stormRate: number
  jsonFile: string | undefined
  profileDir: string | undefined
}

const MAX_SOCKETS = 200_000

const DEFAULTS = { sockets: '10000', idle: '30', rate: '500', seconds: '20', 'storm-rate': '50' }

export const HELP = `npm run bench:sockets -- [options]

Opens many sockets to the gateway of a whole local stack, leaves them idle, pushes to random ones, kills the gateway
and waits until everybody is back and has what was missed.

  --sockets N        connections, of as many users (default ${DEFAULTS.sockets})
  --idle N           seconds without any traffic, and seconds in which each pings once (default ${DEFAULTS.idle})
  --rate N           messages per second to random ones (default ${DEFAULTS.rate})
  --seconds N        how long (default ${DEFAULTS.seconds})
  --storm-rate N     messages per second while everybody reconnects (default ${DEFAULTS['storm-rate']})
  --json FILE        all figures as JSON
  --cpu-prof DIR     CPU profiles of the services, and their hottest functions
  --help
`

export function readOptions(args: string[]): SocketsOptions | 'help' {
  const values = parse(args)
  if (values.help === true) return 'help'
  return {
    sockets: readNumber('sockets', values.sockets, MAX_SOCKETS),
    idleSeconds: readNumber('idle', values.idle, 600),
    rate: readNumber('rate', values.rate, 100_000),
    seconds: readNumber('seconds', values.seconds, 600),
    stormRate: readNumber('storm-rate', values['storm-rate'], 10_000),
    jsonFile: values.json,
    profileDir: values['cpu-prof'],
  }
}

function parse(args: string[]) {
  const text = (name: keyof typeof DEFAULTS) => ({ type: 'string', default: DEFAULTS[name] }) as const
  try {
    return parseArgs({
      args,
      options: {
        ...{ sockets: text('sockets'), idle: text('idle'), rate: text('rate'), seconds: text('seconds') },
        ...{ 'storm-rate': text('storm-rate'), json: { type: 'string' }, 'cpu-prof': { type: 'string' } },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0])
  }
}

function readNumber(flag: string, value: string, max: number): number {
  if (!/^\d{1,9}$/.test(value) || Number(value) < 1 || Number(value) > max)
    throw new UsageError(`--${flag} takes a whole number from 1 to ${max}, not ${value || 'nothing'}`)
  return Number(value)
}
