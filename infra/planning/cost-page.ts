import { ASSUMPTIONS } from './assumptions.ts'
import { type BodySizes, measureBodies } from './body-sizes.ts'
import { count, money, toMarkdown } from './format.ts'
import { type Load, type Measured, readMeasured } from './measured.ts'
import { costAtAbly, costOfMonth, findPlan, type ProfileName } from './monthly-cost.ts'
import { PRICES, VENDORS } from './prices.ts'
import { type Charge, chargeRequests, type Delivery, totalOf } from './request-charges.ts'

/** Request charges of a million messages at load, as the bench measures them: by REST, one device pushed to. */
export const BOUND_USD = 4.2
export const AS_MEASURED: Delivery = { pushes: 1, sentBy: 'rest' }

const CROWDS = [10_000, 1_000_000]

export function buildCostPage(measured = readMeasured(), bodies = measureBodies()): string {
  const total = (load: Load, delivery: Delivery) =>
    money(totalOf(chargeRequests(load.calls, bodies, delivery)))
  return `# What it costs

Made by \`npm run docs\` from what was measured (\`infra/planning/measured.json\`), from list prices (\`prices.ts\`) and from assumptions
(\`assumptions.ts\`): change one of them and run it again. USD, us-east-1, without free tiers, discounts and taxes. No bill
was looked at: these are prices times measured calls.

Measured ${measured.at.slice(0, 10)} at commit ${measured.commit} on ${measured.machine}, against emulators that count every request, ${measured.pairs} pairs of
users. \`npm run bench -- --json bench.json\` and \`npm run docs:measured -- bench.json\` take new figures.

## A million messages, by the request

Sent by REST, pushed to one device: what the bench does. An average message is a command of ${bodies.commandBytes} bytes and an event of
${bodies.eventBytes} (${ASSUMPTIONS.textCharacters} characters of text), so that ten of them are far below the 64 KiB that one request may carry.

${chargeTable(measured, bodies)}

The bound is ${money(BOUND_USD)} at load: **${total(measured.saturated, AS_MEASURED)}**. Most of it is the push, which nothing makes cheaper; batching has taken
the rest from ${money(totalOf(chargeRequests(measured.alone.calls, bodies, AS_MEASURED)) - 1)} to ${money(totalOf(chargeRequests(measured.saturated.calls, bodies, AS_MEASURED)) - 1)}.

${variantTable(measured, total)}

- A **receipt** is a command and an event as a message is, and costs as much. The app tells one receipt for all messages up to a
  seq, so a burst of messages costs one.
- **Frames** cost more than REST: API Gateway bills the frame, and the reply as well, and each Lambda sends to SQS by itself. The app
  sends by REST for this reason too.
- **Limits** cost nothing in the memory of each process. Shared (\`LIMIT_STORE=dynamodb\`), a user who takes more than half of one at once, and then
  more than an eighth of what comes back, costs a write for each second in which he takes: ${money(PRICES.dynamoDbWrites.usd)} for a million. Others cost none.
- Batches fill within a process: a crowd spread over many tasks is nearer to the middle columns than to the first.

How each is billed: SQS by request, a batch of ten being one, one more for each 64 KiB, and receives that find nothing as others.
SNS FIFO by request to \`PublishBatch\`, by message to each subscription, and by the bytes of both. DynamoDB on demand by
item read: ${money(PRICES.dynamoDbReads.usd)} for a million items of up to 4 KB, read strongly consistent; two a message, the most, for those of one batch are
read once. API Gateway by frame in and frame out of up to 32 KiB each. That SNS delivers to SQS is taken to cost what SNS asks for
it and nothing at SQS; if SQS billed it as a request, it would add ${money(PRICES.sqsFifoRequests.usd)}.

## A month

${(Object.keys(ASSUMPTIONS.profiles) as ProfileName[]).map(name => profileSection(name, measured, bodies)).join('\n\n')}

Pings are the dearest part of sockets that only stay open: a ping every ${ASSUMPTIONS.secondsBetweenPings / 60} minutes costs twice what the socket does, since the
frame, its answer, a Lambda and a write to the registry are billed. The limit of API Gateway is ten minutes.

Opening a socket writes six times to DynamoDB: its registration and the end of it (\`chat_connections\`), its ticket and the taking of it
(\`chat_tickets\`), and, where its token ends before it would be renewed, that end and the taking of it (\`chat_socket_endings\`): counted
for all. Tokens that last for less than ${ASSUMPTIONS.secondsBetweenRenewals / 60} minutes renew sockets so much more often: with those of an hour the lines of
renewals are ${Math.round((ASSUMPTIONS.secondsBetweenRenewals / (59 * 60)) * 10) / 10} times as much.

Left out: reads by REST (CPU of the ingress and PostgreSQL, which the tasks above have room for), media in S3 and CloudFront,
logs, metrics, traces, alarms, KMS, secrets, backups, replicas, and traffic between zones.

## Beside others

The same crowds at list prices. At 10,000 users most of ours is what runs day and night whether anybody writes or not. They include what we leave out (an SDK for every platform, moderation, support, somebody who is
woken at night); we include what they do not (the data stays in your database).

${vendorTable(measured, bodies)}

- **Stream** and **Sendbird** ask by users of a month, with a bound on connections at once: Stream's plan of 10,000 users has 500. Day
  and night connected crowds are therefore outside of these plans. Neither lists a price for a million users.
- **Ably** asks by connection minute, channel minute and message. One channel a user is assumed, and each message counted once in and
  ${ASSUMPTIONS.devicesTold} times out. Its Standard package ends at 10,000 connections; beyond that the price is
  asked for. It keeps no database of conversations for you.
- Sources: ${Object.values(VENDORS)
    .map(({ name, source, seen }) => `${name} ${source} (${seen})`)
    .join('; ')}. The pages of Stream and Sendbird could not be read
  themselves; others quote them. Ask before you decide.

## Prices

${toMarkdown(
  ['what', 'USD', 'per', 'source', 'as of'],
  Object.entries(PRICES).map(([name, { usd, per, source, seen }]) => [
    `\`${name}\``,
    String(usd),
    per,
    source,
    seen,
  ]),
)}

The pages of AWS could not be read themselves either; where a source quotes them, it is named, or said to be "others". Check them
before a decision hangs on a cent: [pricing calculator](https://calculator.aws/).
`
}

function chargeTable(measured: Measured, bodies: BodySizes): string {
  const loads = [measured.saturated, ...measured.rates.toReversed(), measured.alone]
  const columns = loads.map(({ calls }) => chargeRequests(calls, bodies, AS_MEASURED))
  const cell = ({ quantity, usd }: Charge) => `${count(quantity)} → ${money(usd)}`
  const rows = (columns[0] ?? []).map(({ what, price }, row) => [
    what,
    `${PRICES[price].usd} per ${PRICES[price].per.split(',')[0]}`,
    ...columns.map(column => cell(column[row] as Charge)),
  ])
  const totals = columns.map(column => `**${money(totalOf(column))}**`)
  return toMarkdown(
    ['units a message → USD a million', 'price', ...loads.map(({ load }) => load)],
    [...rows, ['together', '', ...totals]],
  )
}

function variantTable(measured: Measured, total: (load: Load, delivery: Delivery) => string): string {
  const loads = [measured.saturated, ...measured.rates.toReversed(), measured.alone]
  const variants: [string, Delivery][] = [
    ['by REST, one device', AS_MEASURED],
    ["by REST, the recipient's device and the sender's own", { pushes: 2, sentBy: 'rest' }],
    ['by a frame of the socket, two devices', { pushes: 2, sentBy: 'socket' }],
  ]
  return toMarkdown(
    ['a million messages, USD', ...loads.map(({ load }) => load)],
    variants.map(([name, delivery]) => [name, ...loads.map(load => total(load, delivery))]),
  )
}

function profileSection(profile: ProfileName, measured: Measured, bodies: BodySizes): string {
  const { name, messagesPerUserDay } = ASSUMPTIONS.profiles[profile]
  const months = CROWDS.map(users => costOfMonth(users, profile, measured, bodies))
  const lines = months[0]?.lines.map(({ what }, row) => [
    what.replace(/db\.\w+\.\w+, /, ''),
    ...months.map(month => money(month.lines[row]?.usd ?? 0)),
  ])
  const perUser = months.map(({ usd }, column) => (usd / (CROWDS[column] as number)).toFixed(4))
  return `### ${name.charAt(0).toUpperCase()}${name.slice(1)}

${messagesPerUserDay} messages a user and day, each with ${ASSUMPTIONS.receiptsPerMessage} receipts, each told to ${ASSUMPTIONS.devicesTold} devices; the busiest hour ${ASSUMPTIONS.peakFactor} times the average, which is
${months.map(({ peakCommandsPerSecond }) => count(peakCommandsPerSecond)).join(' and ')} commands a second, on ${months.map(({ tasks }) => tasks).join(' and ')} tasks. Batches are taken to be as full
as at the average load; at the peak they are fuller.

${toMarkdown(
  ['USD a month', ...CROWDS.map(users => `${users.toLocaleString('en-US')} users`)],
  [
    ...(lines ?? []),
    ['**together**', ...months.map(({ usd }) => `**${money(usd)}**`)],
    ['a user', ...perUser],
  ],
)}`
}

function vendorTable(measured: Measured, bodies: BodySizes): string {
  const rows = (Object.keys(ASSUMPTIONS.profiles) as ProfileName[]).flatMap(profile =>
    CROWDS.map(users => {
      const plan = (vendor: 'stream' | 'sendbird') => {
        const found = profile === 'monthly' ? findPlan(vendor, users) : undefined
        return found
          ? `${money(found.usd)} (up to ${found.upToMonthlyUsers.toLocaleString('en-US')})`
          : 'no listed price'
      }
      return [
        `${users.toLocaleString('en-US')}: ${ASSUMPTIONS.profiles[profile].name}`,
        money(costOfMonth(users, profile, measured, bodies).usd),
        plan('stream'),
        plan('sendbird'),
        money(costAtAbly(users, profile)),
      ]
    }),
  )
  return toMarkdown(['users, USD a month', 'this, on AWS', 'Stream', 'Sendbird', 'Ably'], rows)
}
