import { randomUUID } from 'node:crypto'
import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs'
import { beforeEach, expect, test, vi } from 'vitest'
import { conversationIdOf } from '../../shared/contract/identifiers.ts'
import { receiveDeadLetters } from '../../shared/messaging/dead-letters.ts'
import { MAX_RECEIVED } from '../../shared/messaging/queue-calls.ts'
import { sendCommand } from '../support/commands.ts'
import { createDlqFixture } from './dlq-fixture.ts'

vi.setConfig({ testTimeout: 60_000 })

const [ADA_BOB, ADA_EVE] = [conversationIdOf(1, 2), conversationIdOf(1, 3)]
const textOf = (secret: string) => JSON.stringify(sendCommand(1, 2, { textContent: secret }))
const idsOf = (letters: { id: string }[]) => letters.map(({ id }) => id).sort()

let queues: Awaited<ReturnType<typeof createDlqFixture>>
beforeEach(async () => {
  queues = await createDlqFixture()
  return () => queues[Symbol.asyncDispose]()
})

test('list shows every dead letter of both queues, also many of one conversation, and no text', async () => {
  for (let n = 0; n < 12; n++) await queues.send(queues.commandsQueueUrl, ADA_BOB, textOf('a secret'))
  await queues.bury(await queues.takeAll(), 'rejected: as it is')
  const event = JSON.stringify({ type: 'co.growzone.chat.message.created', text: 'a secret' })
  const delivery = await queues.buryNew(ADA_EVE, event, 'not\u001b[31m JSON', 'deliveries')
  const { exitCode, output, errors } = await queues.dlq('list')
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' })
  const [header, ...rows] = output.trimEnd().split('\n')
  expect(header).toMatch(/^ID +QUEUE +AGE +CONVERSATION +TYPE +REASON$/)
  expect(rows).toHaveLength(13)
  expect(rows[0]).toMatch(
    new RegExp(`^[0-9a-f-]{36} +commands +\\d+s +${ADA_BOB} +message\\.send +rejected: as it is$`),
  )
  expect(rows[12]).toMatch(
    new RegExp(
      `^${delivery} +deliveries .* ${ADA_EVE} +co\\.growzone\\.chat\\.message\\.created +not\\?\\[31m JSON$`,
    ),
  )
  expect(output).not.toContain('secret')
})

test('what list looked at is visible at once, to it and to others', async () => {
  for (let n = 0; n < 15; n++) await queues.send(queues.commandsQueueUrl, ADA_BOB, `${n}`)
  await queues.bury(await queues.takeAll(), 'not JSON')
  const first = await queues.list()
  expect(first).toHaveLength(15)
  expect(idsOf(await queues.list())).toEqual(idsOf(first))
  expect(await queues.visibleIn(queues.commandsDeadLetterQueueUrl)).toBe(15)
})

test('filters narrow what is listed, and all must hold', async () => {
  const first = await queues.buryNew(ADA_BOB, '{', 'not JSON')
  await queues.buryNew(ADA_BOB, '{', 'recipient_not_found: the recipient does not exist')
  await queues.buryNew(ADA_EVE, '{', 'not JSON')
  const delivery = await queues.buryNew(ADA_EVE, '{', 'not JSON', 'deliveries')
  const ofOne = ['--conversation', ADA_BOB, '--reason', 'json', '--newer-than', '1h']
  expect(idsOf(await queues.list(...ofOne))).toEqual([first])
  const both = ['--id', first, '--id', `${delivery},${randomUUID()}`]
  expect(idsOf(await queues.list(...both))).toEqual([first, delivery].sort())
  expect(idsOf(await queues.list(...both, '--queue', 'deliveries'))).toEqual([delivery])
})

test('json has one object a line with what scripts need, and no body', async () => {
  const id = await queues.buryNew(ADA_BOB, textOf('a secret'), 'rejected: too long')
  expect(await queues.list()).toEqual([
    {
      id,
      queue: 'commands',
      conversationId: ADA_BOB,
      type: 'message.send',
      reason: 'rejected: too long',
      diedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      ageSeconds: expect.any(Number),
      sentAt: expect.stringMatching(/^\d{4}-.*Z$/),
      redriven: null,
    },
  ])
})

test('show prints everything of one, with its body', async () => {
  const body = textOf('a secret')
  const id = await queues.buryNew(ADA_BOB, body, 'rejected: too long')
  const { exitCode, output } = await queues.dlq('show', id)
  expect(exitCode).toBe(0)
  for (const part of [id, ADA_BOB, 'rejected: too long', 'attribute origin', 'chat-commands.fifo', body])
    expect(output).toContain(part)
  const shown = JSON.parse((await queues.dlq('show', id, '--json')).output)
  expect(shown).toMatchObject({ id, body, attributes: { groupId: ADA_BOB, reason: 'rejected: too long' } })
  expect(await queues.dlq('show', randomUUID())).toEqual({
    exitCode: 1,
    output: '',
    errors: 'growzone-chat dlq: no dead letter has this id\n',
  })
})

test('what SQS itself moved is listed as far as it can be seen, and the rest is counted', async () => {
  const { sqs, commandsQueueUrl: QueueUrl } = queues
  const deadLetterTargetArn = `arn:aws:sqs:us-east-1:000000000000:${queues.prefix}chat-commands-dlq.fifo`
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 })
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { RedrivePolicy } }))
  const bodies = Array.from({ length: MAX_RECEIVED + 2 }, (_, n) => String(n))
  const ids: string[] = []
  for (const body of bodies) ids.push(await queues.send(QueueUrl, ADA_BOB, body))
  const origin = { url: QueueUrl, originUrl: '' }
  for (let receives = 0; receives < 4; receives++) await receiveDeadLetters(sqs, origin, 0)
  const { output, errors } = await queues.dlq('list', '--json')
  const listed = output.trim().split('\n')
  expect(listed.map(line => JSON.parse(line))).toMatchObject(
    ids.slice(0, MAX_RECEIVED).map(id => ({ id, conversationId: ADA_BOB, reason: 'received too often' })),
  )
  expect(errors).toMatch(/^commands: about 2 more cannot be seen now, behind an earlier one .*\n$/)
  await queues.dlq('redrive')
  expect((await queues.takeAll()).map(({ body }) => body)).toEqual(bodies)
})

test('nothing to list is a line, and nothing at all for scripts', async () => {
  const none = { exitCode: 0, output: 'no dead letters match\n', errors: '' }
  expect(await queues.dlq('list')).toEqual(none)
  expect(await queues.dlq('redrive')).toEqual(none)
  expect(await queues.dlq('list', '--json')).toEqual({ ...none, output: '' })
})

test.each([
  [[], 'say one of list, show, redrive, discard'],
  [['purge'], 'say one of list, show, redrive, discard'],
  [['show'], 'show takes the id of a dead letter'],
  [['list', 'x'], 'list takes no x'],
  [['list', '--queue', 'x'], '--queue must be commands or deliveries'],
  [['list', '--older-than', '2 weeks'], '--older-than must be an age like 30s, 10m, 2h or 3d'],
  [['list', '--conversation', 'x'], '--conversation must be a UUID'],
  [['list', '--id', ''], '--id must not be empty'],
  [['list', '--reason', ''], '--reason must not be empty'],
  [['redrive', '--yes'], '--yes is for discard, not for redrive'],
  [['discard'], 'discard asks first, which needs a terminal; --yes discards without asking'],
])('%j is told in one line', async (args, line) => {
  expect(await queues.dlq(...args)).toEqual({
    exitCode: 2,
    output: '',
    errors: `growzone-chat dlq: ${line}\n`,
  })
})
