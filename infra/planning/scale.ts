import { ASSUMPTIONS } from './assumptions.ts'
import type { Measured } from './measured.ts'
import { ASSUMED_BOUNDS, MEASURED_BOUNDS, QUOTAS } from './quotas.ts'

/** How much of one bound a crowd takes at its busiest. */
export interface Demand {
  what: string
  needed: number
  limit: number
  /** 1: all of it. */
  share: number
  /** A quota that AWS raises, one that it does not, or no quota but what was measured or assumed. */
  kind: 'quota' | 'fixed' | 'measured' | 'assumed'
}

export interface Stage {
  users: number
  sockets: number
  messagesPerSecond: number
  commandsPerSecond: number
  tasks: number
  storedGbPerYear: number
  /** The scarcest first. */
  demands: Demand[]
}

const SECONDS_PER_DAY = 86_400
const BYTES_PER_GIB = 2 ** 30
const COMMANDS_PER_MESSAGE = 1 + ASSUMPTIONS.receiptsPerMessage

/** What the busiest hour of so many users asks of each bound, the smallest of which breaks first. */
export function examineScale(users: number, measured: Measured): Stage {
  const { scale, peakFactor, task, devicesTold } = ASSUMPTIONS
  const messagesPerDay = users * scale.messagesPerUserDay
  const messagesPerSecond = (messagesPerDay / SECONDS_PER_DAY) * peakFactor
  const commandsPerSecond = messagesPerSecond * COMMANDS_PER_MESSAGE
  const sockets = users * scale.peakConnectedShare
  const pings = sockets / ASSUMPTIONS.secondsBetweenPings
  const renewals = sockets / ASSUMPTIONS.secondsBetweenRenewals
  const openings = sockets / scale.reconnectWithinSeconds
  const { calls, cpuMs } = measured.rates.at(-1) ?? measured.saturated
  const tasksOf = (ms: number) => Math.ceil((commandsPerSecond * ms) / 1_000 / (task.cpu * task.busy))
  const ingressTasks = Math.max(ASSUMPTIONS.fewestTasks.ingress, tasksOf(cpuMs.ingress))
  const persisterTasks = Math.max(ASSUMPTIONS.fewestTasks.persister, tasksOf(cpuMs.persister))
  const deliveryTasks = Math.max(ASSUMPTIONS.fewestTasks.delivery, tasksOf(cpuMs.delivery))
  const tasks = ingressTasks + persisterTasks + deliveryTasks
  const bytesPerYear = messagesPerDay * 365 * ASSUMPTIONS.storedBytesPerMessage
  const busiestAction = Math.max(calls.SendMessageBatch, calls.ReceiveMessage, calls.DeleteMessageBatch)
  const demands = [
    demand(QUOTAS.sqsCalls, commandsPerSecond * busiestAction),
    demand(QUOTAS.snsMessages, commandsPerSecond),
    demand(QUOTAS.gatewayRequests, commandsPerSecond * devicesTold + pings),
    {
      ...demand(QUOTAS.socketOpenings, openings),
      what: `${QUOTAS.socketOpenings.what}, when all come back within ${scale.reconnectWithinSeconds / 60} minutes`,
    },
    { ...demand(QUOTAS.socketOpenings, renewals), what: `${QUOTAS.socketOpenings.what}, on a quiet day` },
    demand(QUOTAS.tableReads, commandsPerSecond * 2),
    demand(
      QUOTAS.tableWrites,
      pings + ASSUMPTIONS.writesPerSocket.registry * openings,
      ', the registry being the busiest',
    ),
    demand(QUOTAS.lambdaConcurrency, (pings + 3 * openings) * ASSUMPTIONS.lambda.secondsPerCall),
    demand(QUOTAS.databaseConnections, (ingressTasks + persisterTasks) * scale.databasePoolPerTask),
    demand(QUOTAS.databaseStorage, bytesPerYear / BYTES_PER_GIB, ', filled in a year'),
    demand(QUOTAS.fargateCpus, tasks * task.cpu),
    { ...demand(MEASURED_BOUNDS.storedPerSecond, commandsPerSecond), kind: 'measured' as const },
    { ...demand(ASSUMED_BOUNDS.endedPerMinute, renewals * 60), kind: 'assumed' as const },
  ]
  return {
    ...{ users, sockets, messagesPerSecond, commandsPerSecond, tasks },
    storedGbPerYear: bytesPerYear / BYTES_PER_GIB,
    demands: demands.toSorted((a, b) => b.share - a.share),
  }
}

function demand(
  { what, limit, adjustable = true }: { what: string; limit: number; adjustable?: boolean },
  needed: number,
  suffix = '',
): Demand {
  const kind = adjustable ? 'quota' : 'fixed'
  return { what: what + suffix, needed, limit, share: needed / limit, kind }
}
