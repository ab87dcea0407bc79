import { ASSUMPTIONS } from './assumptions.ts'
import { count, percent, toMarkdown } from './format.ts'
import { readMeasured } from './measured.ts'
import { ASSUMED_BOUNDS, QUOTAS } from './quotas.ts'
import { examineScale, type Stage } from './scale.ts'

const SOCKETS_PER_GATEWAY = 10_000

export function examineStages(measured = readMeasured()): Stage[] {
  return ASSUMPTIONS.scale.users.map(users => examineScale(users, measured))
}

export function buildScalePage(measured = readMeasured()): string {
  const stages = examineStages(measured)
  const [small, middle, large] = stages as [Stage, Stage, Stage]
  const { scale } = ASSUMPTIONS
  return `# What breaks first

At ten thousand, a million and a hundred million users: the busiest hour set against AWS's quotas and against what was measured
([performance.md](performance.md)). Made by \`npm run docs\` from \`infra/planning\`; \`npm run -s scale\` prints the tables, \`assumptions.ts\` is
the one file to change.

Assumed: ${percent(scale.peakConnectedShare)} of all users connected at the peak, ${scale.messagesPerUserDay} messages a user and day, ${ASSUMPTIONS.receiptsPerMessage} receipts a message, each told to
${ASSUMPTIONS.devicesTold} devices, the busiest hour ${ASSUMPTIONS.peakFactor} times the average, a ping every ${ASSUMPTIONS.secondsBetweenPings} s, CPU and calls as measured at ${measured.rates.at(-1)?.load}
(${measured.at.slice(0, 10)}, commit ${measured.commit}). Nothing of this size was run: the largest load was ${count(measured.saturated.messagesPerSecond)} messages a second on two cores, and
ten thousand sockets.

${toMarkdown(
  ['', ...stages.map(({ users }) => `${users.toLocaleString('en-US')} users`)],
  [
    row('sockets at the peak', stages, stage => count(stage.sockets)),
    row('messages a second', stages, stage => count(stage.messagesPerSecond)),
    row('commands a second: messages and receipts', stages, stage => count(stage.commandsPerSecond)),
    row('tasks of half a core', stages, stage => count(stage.tasks)),
    row('stored in a year, GiB', stages, stage => count(stage.storedGbPerYear)),
    row('breaks first', stages, stage => nameOfFirst(stage)),
  ],
)}

${scaleTable(stages)}

Quotas are AWS's defaults and can be raised, but for those marked *fixed*. The rate of PostgreSQL is no quota: it was *measured* on two
cores, with their disk; a larger server does more, how much more was not measured. That of sockets which end with their token is *assumed*: ${ASSUMPTIONS.endings.callsEach} calls of
${ASSUMPTIONS.lambda.secondsPerCall * 1_000} ms each, and every socket has an end to be looked for, also one that was renewed in time. What one run does not do, the next does.

## Ten thousand users

Nothing breaks: ${count(small.commandsPerSecond)} commands a second, where two cores have stored and pushed ${count(measured.saturated.messagesPerSecond)}. What is needed is care:

- One PostgreSQL, Multi-AZ, and three tasks of the ingress, two of each worker: for availability, not for load.
- Before launch ask for ${QUOTAS.fargateCpus.what.replace(' of a new account', '')}: a new account may have ${QUOTAS.fargateCpus.limit}, and a rolling deployment needs twice what runs.
- When all sockets are lost at once, ${count(small.sockets)} come back at ${count(small.sockets / scale.reconnectWithinSeconds)} a second, if their backoff spreads them.

## A million users

${aboveHalf(middle)} Before it comes to this:

1. **Quotas, weeks ahead**: API Gateway's requests and new connections a second, Fargate. ${count(middle.sockets)} sockets that come back within ${scale.reconnectWithinSeconds / 60}
   minutes are ${count(middle.sockets / scale.reconnectWithinSeconds)} a second. A client that is refused tries again after a random delay of up to 30 s.
2. **A larger server for PostgreSQL**, and commits as full as they are: ${count(middle.commandsPerSecond)} commands a second are near the measured rate of two cores.
   \`npm run bench:reads\` on a machine of that size tells more than this table.
3. **Read replicas** for the ingress. It holds read-only rights and may read from a replica already; what must read its own write asks
   with \`Prefer: wait\`, and for those replica lag is a wait, not an error.
4. **Partitions of \`messages\`** by hash of \`conversation_id\`: ${count(middle.storedGbPerYear)} GiB a year make vacuum and index builds long before reads slow
   down. Pages and changes are asked for by conversation already. The primary key and the reference of replies are by message id
   alone and need the conversation beside it, which every command and event names; the index of unread messages is by
   recipient, and asks all partitions.
5. **Fewer pings**: every nine minutes instead of five saves nearly half of frames and writes while sockets idle.

## A hundred million users

${overSection(large)}

The order of a conversation is all that must be kept, and everything is grouped by it already: the unit to spread by is the conversation id,
at every step the same.

1. **Several cells.** A cell is what one account and region has today: queues, topic, workers, one PostgreSQL. A conversation belongs to the cell
   \`hash(conversationId) mod n\`, which ingress and gateway can compute, since the id follows from the two participants
   ([decision 8](decisions/0008-conversations-with-an-older-id.md) for older ones: a lookup). By the table, ${count(cellsFor(large))} cells of the size of a million users' peak would do;
   SNS alone needs ${count(Math.ceil(large.commandsPerSecond / QUOTAS.snsMessages.limit))}. Cells in accounts of their own have quotas of their own, and an outage takes one of them.
2. **Several queues** inside of a cell come for free with cells; without, one SQS queue in high-throughput mode spreads by group by itself, and SNS
   is the bound: several topics, or SQS directly for delivery and the topic only for other subscribers.
3. **Self-hosted sockets.** ${count(large.sockets)} sockets and ${count(large.commandsPerSecond * ASSUMPTIONS.devicesTold)} pushes a second are beyond what API Gateway is sold for. The gateway is a server
   already and speaks the same protocol: measured with ${SOCKETS_PER_GATEWAY.toLocaleString('en-US')} sockets each at 18 kB, ${count(large.sockets / SOCKETS_PER_GATEWAY)} of them (more were not shown to hold). The registry then names the
   gateway beside the connection, and delivery pushes to it directly: \`connectionId\` must name its gateway, which it does not today.
4. **A conversation list by user.** It reads all conversations of a user, which lie in different cells by then. It becomes a
   table of its own, by user, fed from the topic by one more subscriber, and read by the ingress; unread counts with it.
5. **PostgreSQL by cell**, each partitioned as above, ${count(large.storedGbPerYear)} GiB a year in all; older messages to cheaper storage by partition.

What does not change: ids, \`seq\`, \`version\`, the guarantees, the client.

## Bounds that do not move with users

- One conversation: SNS takes ${QUOTAS.snsGroup.limit} messages a second of one group, SQS 300 requests a second (batches of ten: 3,000). Two people do not write that fast;
  a bot may.
- One minute: the ends of tokens that are due in it lie under four keys of \`chat_socket_endings\`, 1,000 writes a second each. Of tokens
  that all end together, as an hour after a sign-in of everybody, ${(5 * ASSUMED_BOUNDS.endedPerMinute.limit).toLocaleString('en-US')} are looked after, for the function looks five minutes back. Sockets of more
  may send nothing, but stay open until they are two hours old.
- One user: the item of a user in \`chat_connections\` is one key, 1,000 writes and 3,000 reads a second.
- Messages in flight: ${QUOTAS.sqsInFlight.limit.toLocaleString('en-US')} of a FIFO queue. A backlog behind the workers is not in flight; what they hold is.

## Quotas

${toMarkdown(
  ['what', 'limit', 'can be raised', 'source', 'as of'],
  Object.values(QUOTAS).map(({ what, limit, adjustable, source, seen }) => [
    what,
    limit.toLocaleString('en-US'),
    adjustable ? 'yes' : 'no',
    source,
    seen,
  ]),
)}

Read from copies of AWS's pages and from what others quote of them. \`aws service-quotas list-service-quotas --service-code sqs\` (or \`sns\`,
\`apigateway\`, \`dynamodb\`, \`lambda\`, \`fargate\`) tells what your account has.
`
}

/** The needed, the limit and the share of each bound, in the order in which the largest crowd meets them. */
export function scaleTable(stages: Stage[]): string {
  const order = stages.at(-1)?.demands ?? []
  const rows = order.map(({ what, limit, kind }) => [
    kind === 'quota' ? what : `${what} (*${kind}*)`,
    limit.toLocaleString('en-US'),
    ...stages.map(({ demands }) => {
      const found = demands.find(one => one.what === what)
      const cell = `${count(found?.needed ?? 0)}: ${percent(found?.share ?? 0)}`
      return (found?.share ?? 0) > 1 ? `**${cell}**` : cell
    }),
  ])
  return toMarkdown(
    ['bound', 'limit', ...stages.map(({ users }) => `${users.toLocaleString('en-US')} users`)],
    rows,
  )
}

function overSection({ demands }: Stage): string {
  const over = demands.filter(({ share }) => share > 1)
  const list = over.map(({ what, share }) => `${what} (${percent(share)})`)
  return `${over.length} of ${demands.length} bounds are exceeded: ${list.join('; ')}. One region of one account, and one PostgreSQL, are not enough.`
}

function aboveHalf({ demands }: Stage): string {
  const scarce = demands.filter(({ share }) => share > 0.5)
  const list = scarce.map(({ what, share }) => `${what} (${percent(share)})`)
  return `Above half of their bound are: ${list.join('; ')}.`
}

function cellsFor({ commandsPerSecond }: Stage): number {
  const [, middle] = examineStages()
  return Math.ceil(commandsPerSecond / (middle?.commandsPerSecond ?? 1))
}

function nameOfFirst({ demands }: Stage): string {
  const first = demands.slice(0, 2).map(({ what, share }) => `${what} (${percent(share)})`)
  return first.join(', then ')
}

function row(name: string, stages: Stage[], cell: (stage: Stage) => string): string[] {
  return [name, ...stages.map(cell)]
}
