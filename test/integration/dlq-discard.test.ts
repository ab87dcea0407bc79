import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { beforeEach, expect, test, vi } from 'vitest'
import { confirm } from '../../infra/cli/confirm.ts'
import { conversationIdOf } from '../../shared/contract/identifiers.ts'
import { createDlqFixture } from './dlq-fixture.ts'

vi.setConfig({ testTimeout: 60_000 })

const [ADA_BOB, ADA_EVE] = [conversationIdOf(1, 2), conversationIdOf(1, 3)]
/** util-linux's, which gives a command a terminal of its own. */
const hasTerminals = spawnSync('script', ['--version']).stdout?.includes('util-linux') ?? false

let queues: Awaited<ReturnType<typeof createDlqFixture>>
beforeEach(async () => {
  queues = await createDlqFixture()
  return () => queues[Symbol.asyncDispose]()
})

test('with --yes what matches is discarded, and nothing else', async () => {
  await queues.buryNew(ADA_BOB, '{')
  const kept = await queues.buryNew(ADA_EVE, '{')
  expect(await queues.dlq('discard', '--yes', '--conversation', ADA_BOB)).toEqual({
    exitCode: 0,
    output: '1 discarded\n',
    errors: '',
  })
  expect(await queues.list()).toMatchObject([{ id: kept }])
  expect(await queues.takeAll()).toEqual([])
})

test('without a terminal and without --yes nothing is discarded', async () => {
  await queues.buryNew(ADA_BOB, '{')
  const { exitCode, errors } = await queues.dlq('discard')
  expect(exitCode).toBe(2)
  expect(errors).toContain('--yes discards without asking')
  expect(await queues.list()).toHaveLength(1)
})

test.skipIf(!hasTerminals)(
  'on a terminal it shows what and how many, asks, and takes only a yes',
  async () => {
    const id = await queues.buryNew(ADA_BOB, '{', 'rejected: no')
    const prompt = 'Discard 1 for good? [y/N] '
    const no = await queues.dlqAtTerminal(['discard'], prompt, '\n')
    expect(no.exitCode).toBe(0)
    expect(no.output).toMatch(
      new RegExp(`${id} .*rejected: no\\r?\\n.*${prompt.replace(/[?[\]]/g, '\\$&')}`, 's'),
    )
    expect(no.output).toContain('nothing was discarded')
    const interrupted = await queues.dlqAtTerminal(['discard'], prompt, '\u0003')
    expect(interrupted.exitCode).toBe(130)
    expect(await queues.list()).toHaveLength(1)
    const yes = await queues.dlqAtTerminal(['discard'], prompt, 'y\n')
    expect(yes.output).toContain('1 discarded')
    expect(await queues.list()).toEqual([])
  },
)

test.each([
  ['y\n', true],
  [' YES \n', true],
  ['yesterday\n', false],
  ['\n', false],
  ['', false],
])('the answer %j means %j', async (answer, expected) => {
  const [input, output] = [new PassThrough(), new PassThrough()]
  input.end(answer)
  const { signal } = new AbortController()
  expect(await confirm('Sure?', { input, output, signal })).toBe(expected)
})

test('Ctrl-C while looking leaves nothing hidden', async () => {
  for (let n = 0; n < 60; n++) await queues.send(queues.commandsQueueUrl, ADA_BOB, `${n}`)
  await queues.bury(await queues.takeAll(), 'not JSON')
  const child = spawn(process.execPath, ['infra/cli/growzone-chat.mjs', 'dlq', 'list'], { env: queues.env })
  // All that is there is hidden by now, and the last poll still waits.
  await expect.poll(() => queues.visibleIn(queues.commandsDeadLetterQueueUrl), { interval: 20 }).toBe(0)
  child.kill('SIGINT')
  child.kill('SIGINT')
  const [exitCode] = await once(child, 'close')
  expect(exitCode).toBe(130)
  expect(await queues.visibleIn(queues.commandsDeadLetterQueueUrl)).toBe(60)
})
