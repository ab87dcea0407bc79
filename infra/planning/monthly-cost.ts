import { ASSUMPTIONS } from './assumptions.ts'
import type { BodySizes } from './body-sizes.ts'
import type { Load, Measured } from './measured.ts'
import { PRICES, VENDORS } from './prices.ts'
import { charge, chargeFrame, chargeRequests, totalOf } from './request-charges.ts'

export type ProfileName = keyof typeof ASSUMPTIONS.profiles

export interface MonthlyLine {
  what: string
  usd: number
}

export interface Month {
  lines: MonthlyLine[]
  usd: number
  /** Messages, and what follows from each: commands a second at the busiest time. */
  peakCommandsPerSecond: number
  tasks: number
}

interface Crowd {
  users: number
  sockets: number
  messages: number
  commands: number
  peakCommandsPerSecond: number
}

const { hoursPerMonth } = ASSUMPTIONS
const SECONDS_PER_MONTH = hoursPerMonth * 3_600
const DAYS_PER_MONTH = hoursPerMonth / 24
const BYTES_PER_GB = 1e9
const COMMANDS_PER_MESSAGE = 1 + ASSUMPTIONS.receiptsPerMessage
/** Not strongly consistent. */
const READ_UNITS_PER_EMPTY_QUERY = 0.5

export function describeCrowd(users: number, profile: ProfileName): Crowd {
  const { connectedShare, messagesPerUserDay } = ASSUMPTIONS.profiles[profile]
  const messages = users * messagesPerUserDay * DAYS_PER_MONTH
  const commands = messages * COMMANDS_PER_MESSAGE
  return {
    users,
    sockets: users * connectedShare,
    messages,
    commands,
    peakCommandsPerSecond: (commands / SECONDS_PER_MONTH) * ASSUMPTIONS.peakFactor,
  }
}

/** What a crowd costs on AWS in a month. Receipts are commands and events as messages are, and cost as much. */
export function costOfMonth(
  users: number,
  profile: ProfileName,
  measured: Measured,
  bodies: BodySizes,
): Month {
  const crowd = describeCrowd(users, profile)
  const tasks = countTasks(crowd, measured)
  const load = loadOfAverage(crowd, measured, tasks.ingress)
  const perCommand = totalOf(
    chargeRequests(load.calls, bodies, { pushes: ASSUMPTIONS.devicesTold, sentBy: 'rest' }),
  )
  const taskCount = tasks.ingress + tasks.persister + tasks.delivery
  const lines = [
    line('Messages and receipts, by the request', (crowd.commands / 1e6) * perCommand),
    ...costOfSockets(crowd),
    line('Fargate', taskCount * costOfTask()),
    ...costOfDatabase(crowd),
    ...costOfNetwork(crowd, bodies),
    line('Polls that find nothing', costOfIdlePolls(tasks.persister + tasks.delivery)),
  ]
  return {
    lines,
    usd: totalOf(lines),
    peakCommandsPerSecond: crowd.peakCommandsPerSecond,
    tasks: taskCount,
  }
}

/**
 * Of the measured loads, the busiest that is not busier than one ingress on average: calls are shared within a process,
 * so that a crowd at its peak costs less than this.
 */
function loadOfAverage({ commands }: Crowd, { alone, rates }: Measured, ingressTasks: number): Load {
  const perTask = commands / SECONDS_PER_MONTH / ingressTasks
  return rates.filter(({ messagesPerSecond }) => messagesPerSecond <= perTask).at(-1) ?? alone
}

function countTasks({ peakCommandsPerSecond }: Crowd, { rates }: Measured) {
  const { task, fewestTasks } = ASSUMPTIONS
  const cpuMs = rates.at(-1)?.cpuMs
  const count = (service: keyof typeof fewestTasks) => {
    const cores = (peakCommandsPerSecond * (cpuMs?.[service] ?? 0)) / 1_000
    return Math.max(fewestTasks[service], Math.ceil(cores / (task.cpu * task.busy)))
  }
  return { ingress: count('ingress'), persister: count('persister'), delivery: count('delivery') }
}

function countRenewals({ sockets }: Crowd): number {
  return (sockets * SECONDS_PER_MONTH) / ASSUMPTIONS.secondsBetweenRenewals
}

function costOfSockets(crowd: Crowd): MonthlyLine[] {
  const seconds = crowd.sockets * SECONDS_PER_MONTH
  const pings = seconds / ASSUMPTIONS.secondsBetweenPings
  const renewals = countRenewals(crowd)
  const { memoryGb, secondsPerCall } = ASSUMPTIONS.lambda
  const { registry, ticket, ending } = ASSUMPTIONS.writesPerSocket
  // Authorizer, connect and disconnect.
  const lambdas = totalOf([
    charge('', 3, 'lambdaRequests'),
    charge('', 3 * memoryGb * secondsPerCall, 'lambdaTime'),
  ])
  const write = PRICES.dynamoDbWrites.usd
  return [
    line('Open sockets, by the minute', (seconds / 60 / 1e6) * PRICES.socketMinutes.usd),
    line('Pings and their replies', (pings / 1e6) * (totalOf(chargeFrame()) + write)),
    line('Sockets renewed before they are two hours old', (renewals / 1e6) * (lambdas + registry * write)),
    line('Their tickets, and the ends of their tokens', (renewals / 1e6) * (ticket + ending) * write),
    line('The function that looks for those ends each minute', costOfEndings(renewals)),
  ]
}

function costOfEndings(ended: number): number {
  const { queriesPerRun, secondsPerRun, atOnce, callsEach } = ASSUMPTIONS.endings
  const { memoryGb, secondsPerCall } = ASSUMPTIONS.lambda
  const runs = SECONDS_PER_MONTH / 60
  const seconds = runs * secondsPerRun + (ended * callsEach * secondsPerCall) / atOnce
  return totalOf([
    charge('', runs / 1e6, 'lambdaRequests'),
    charge('', (seconds * memoryGb) / 1e6, 'lambdaTime'),
    charge('', (runs * queriesPerRun * READ_UNITS_PER_EMPTY_QUERY) / 1e6, 'dynamoDbReads'),
  ])
}

function costOfTask(): number {
  const { cpu, memoryGb } = ASSUMPTIONS.task
  return hoursPerMonth * (cpu * PRICES.fargateCpu.usd + memoryGb * PRICES.fargateMemory.usd)
}

function costOfDatabase({ messages, peakCommandsPerSecond }: Crowd): MonthlyLine[] {
  const isSmall = peakCommandsPerSecond <= ASSUMPTIONS.smallDatabaseCommandsPerSecond
  const { usd, per } = isSmall ? PRICES.databaseSmall : PRICES.databaseLarge
  const storedGb = (messages * ASSUMPTIONS.storedMonths * ASSUMPTIONS.storedBytesPerMessage) / BYTES_PER_GB
  const gb = Math.max(100, storedGb)
  const name = /db\.\w+\.\w+/.exec(per)?.[0]
  return [
    line(`PostgreSQL, ${name}, Multi-AZ`, hoursPerMonth * usd),
    line(`Its storage after ${ASSUMPTIONS.storedMonths} months`, gb * PRICES.databaseStorage.usd),
  ]
}

function costOfNetwork(crowd: Crowd, { commandBytes, eventBytes }: BodySizes): MonthlyLine[] {
  const { commands } = crowd
  // Tickets are asked for by REST.
  const restGb = ((commands + countRenewals(crowd)) * ASSUMPTIONS.bytesPerRestCall) / BYTES_PER_GB
  const pushedGb = (commands * ASSUMPTIONS.devicesTold * eventBytes) / BYTES_PER_GB
  // To SQS and back, to SNS, back from SQS, and out to the sockets.
  const natGb = (commands * (2 * commandBytes + (2 + ASSUMPTIONS.devicesTold) * eventBytes)) / BYTES_PER_GB
  const units = Math.max(1, restGb / hoursPerMonth)
  return [
    line('Load balancer', hoursPerMonth * (PRICES.loadBalancer.usd + units * PRICES.loadBalancerUnits.usd)),
    line(
      'NAT gateways, and what goes through them',
      ASSUMPTIONS.natGateways * hoursPerMonth * PRICES.natGateway.usd + natGb * PRICES.natTraffic.usd,
    ),
    line('Traffic to the internet', (restGb / 2 + pushedGb) * PRICES.trafficOut.usd),
  ]
}

/** Each worker asks its queue every five seconds when there is nothing. */
function costOfIdlePolls(workers: number): number {
  return ((workers * SECONDS_PER_MONTH) / 5 / 1e6) * PRICES.sqsFifoRequests.usd
}

/** The same crowd at Ably by the minute: one channel a user, open as long as the user is connected. */
export function costAtAbly(users: number, profile: ProfileName): number {
  const { ably } = VENDORS
  const { sockets, commands } = describeCrowd(users, profile)
  const millionMinutes = (sockets * SECONDS_PER_MONTH) / 60 / 1e6
  const millionMessages = (commands * (1 + ASSUMPTIONS.devicesTold)) / 1e6
  const perMinute = ably.millionConnectionMinutes + ably.millionChannelMinutes
  return ably.package + millionMinutes * perMinute + millionMessages * ably.millionMessages
}

/** The cheapest listed plan that takes so many users of a month. */
export function findPlan(vendor: 'stream' | 'sendbird', users: number) {
  return VENDORS[vendor].plans.find(({ upToMonthlyUsers }) => users <= upToMonthlyUsers)
}

function line(what: string, usd: number): MonthlyLine {
  return { what, usd }
}
