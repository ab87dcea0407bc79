import { PublishBatchCommand, SNSClient } from '@aws-sdk/client-sns'
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, expect, test } from 'vitest'
import { newId } from '../../shared/contract/identifiers.ts'
import { createCommandSender } from '../../shared/messaging/command-sender.ts'
import { createEventPublisher } from '../../shared/messaging/event-publisher.ts'
import {
  newTraceContext,
  readTraceContext,
  startBatchSpan,
  startRequestSpan,
  startSpan,
  traceIdOf,
} from '../../shared/tracing.ts'
import { ADA, BOB, sendCommand } from '../support/commands.ts'
import { recordSpans } from '../support/record-spans.ts'

const ID = '0af7651916cd43dd8448eb211c80319c'
const SAMPLED = { traceparent: `00-${ID}-b7ad6b7169203331-01` }
const UNSAMPLED = { traceparent: `00-${ID}-b7ad6b7169203331-00` }
const QUEUE_URL = 'https://sqs.us-east-1.amazonaws.com/1/chat-commands.fifo'

const sqs = mockClient(new SQSClient({ region: 'us-east-1' }))
const sns = mockClient(new SNSClient({ region: 'us-east-1' }))
beforeEach(() => {
  sqs.reset()
  sns.reset()
})

test.each([
  ['no flags', `00-${ID}-b7ad6b7169203331`],
  ['another version', `01-${ID}-b7ad6b7169203331-01`],
  ['no trace', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`],
  ['no parent', `00-${ID}-${'0'.repeat(16)}-01`],
  ['capitals', `00-${ID.toUpperCase()}-b7ad6b7169203331-01`],
])('a traceparent with %s counts as none', (_, traceparent) => {
  expect(readTraceContext(traceparent, 'vendor=1')).toBeUndefined()
})

test('a tracestate travels as it came, unless no attribute of a message could carry it', () => {
  const { traceparent } = SAMPLED
  expect(readTraceContext(traceparent, 'a=1,b=2')).toEqual({ traceparent, tracestate: 'a=1,b=2' })
  for (const tracestate of ['', 'a=\u0001', 'a=é', 'a'.repeat(513)])
    expect(readTraceContext(traceparent, tracestate)).toEqual({ traceparent })
})

test('without tracing there are no spans, and a new trace counts as not recorded', () => {
  expect(startRequestSpan('GET /', SAMPLED)).toBeUndefined()
  expect(startSpan('client', 'push', SAMPLED)).toBeUndefined()
  expect(startBatchSpan('client', 'receive', () => [SAMPLED])).toBeUndefined()
  expect(newTraceContext().traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
})

test('a request goes on in the trace of its caller, with its tracestate, and its children in that of the request', async () => {
  await using recorded = recordSpans()
  const request = startRequestSpan('POST /messages', { ...SAMPLED, tracestate: 'vendor=1' })
  const child = startSpan('producer', 'send', request?.context)
  expect(child?.context.tracestate).toBe('vendor=1')
  child?.end()
  request?.end()
  const [send, post] = recorded.spans()
  expect(post?.parentSpanContext?.spanId).toBe('b7ad6b7169203331')
  expect(send?.parentSpanContext?.spanId).toBe(post?.spanContext().spanId)
  expect([traceIdOf(child?.context), send?.spanContext().traceId]).toEqual([ID, ID])
  expect(send?.resource.attributes).toMatchObject({ 'service.name': 'chat-test' })
})

test.each([
  ['parentbased_always_on', '1', { sampled: true, unsampled: false, root: true }],
  ['parentbased_always_off', '1', { sampled: true, unsampled: false, root: false }],
  ['parentbased_traceidratio', '0', { sampled: true, unsampled: false, root: false }],
  ['parentbased_traceidratio', '1', { sampled: true, unsampled: false, root: true }],
  ['always_on', '1', { sampled: true, unsampled: true, root: true }],
  ['always_off', '1', { sampled: false, unsampled: false, root: false }],
  ['traceidratio', '0', { sampled: false, unsampled: false, root: false }],
])('%s of %s decides on requests', async (sampler, ratio, expected) => {
  await using _recorded = recordSpans({ OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: ratio })
  expect({
    sampled: startRequestSpan('GET /', SAMPLED) !== undefined,
    unsampled: startRequestSpan('GET /', UNSAMPLED) !== undefined,
    root: startRequestSpan('GET /', undefined) !== undefined,
  }).toEqual(expected)
})

test('what a trace that is not recorded leads to is not recorded, whatever the sampler', async () => {
  await using recorded = recordSpans({ OTEL_TRACES_SAMPLER: 'always_on' })
  for (const context of [UNSAMPLED, undefined, { traceparent: 'nonsense' }]) {
    expect(startSpan('client', 'push', context)).toBeUndefined()
    expect(startBatchSpan('client', 'receive', () => [context])).toBeUndefined()
  }
  expect(recorded.spans()).toEqual([])
})

test('a batch is a trace of its own, recorded as soon as one of its messages is, and linked to that one', async () => {
  await using recorded = recordSpans({
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0',
  })
  startBatchSpan('client', 'receive', () => [UNSAMPLED, SAMPLED, undefined], Date.now() - 1_000)?.end()
  const [batch] = recorded.spans()
  expect(batch?.links.map(({ context }) => context.traceId)).toEqual([ID])
  expect(batch?.parentSpanContext).toBeUndefined()
  expect(batch?.spanContext().traceId).not.toBe(ID)
  expect(batch?.duration[0]).toBeGreaterThanOrEqual(1)
})

test('an error is recorded by its type and what it is, and a span ends once', async () => {
  await using recorded = recordSpans()
  const span = startSpan('client', 'push', SAMPLED)
  span?.set({ 'chat.outcome': 'failed', 'chat.absent': undefined })
  span?.end(Object.assign(new Error('no answer'), { code: 'unavailable' }))
  span?.end()
  expect(recorded.spans()).toHaveLength(1)
  expect(recorded.spans()[0]).toMatchObject({
    status: { code: 2, message: 'Error: no answer' },
    attributes: { 'error.type': 'unavailable', 'chat.outcome': 'failed' },
  })
})

test('commands that leave in one call have a span each, by which they travel, and one together with links to them', async () => {
  await using recorded = recordSpans()
  sqs.on(SendMessageBatchCommand).resolves({})
  await using sender = createCommandSender(sqs as unknown as SQSClient, QUEUE_URL)
  const first = sender.send(sendCommand(ADA, BOB), SAMPLED)
  const others = [1, 2].map(n => sender.send(sendCommand(ADA, BOB + n), n === 1 ? SAMPLED : UNSAMPLED))
  await Promise.all([first, ...others])
  const sends = recorded.named('send chat-commands.fifo')
  const calls = recorded.named('SendMessageBatch chat-commands.fifo')
  expect(sends.map(span => span.parentSpanContext?.spanId)).toEqual(Array(2).fill('b7ad6b7169203331'))
  expect(calls.map(call => call.attributes['messaging.batch.message_count'])).toEqual([1, 2])
  const linked = calls.flatMap(({ links }) => links.map(({ context }) => context.spanId))
  expect(linked).toEqual(sends.map(span => span.spanContext().spanId))
  const entries = sqs.commandCalls(SendMessageBatchCommand).flatMap(call => call.args[0].input.Entries ?? [])
  const travelling = entries.map(entry => entry.MessageAttributes?.traceparent?.StringValue)
  expect(travelling).toEqual([
    ...sends.map(span => `00-${ID}-${span.spanContext().spanId}-01`),
    UNSAMPLED.traceparent,
  ])
})

test('a publish that is refused fails its own span and that of its call', async () => {
  await using recorded = recordSpans()
  sns.on(PublishBatchCommand).resolves({ Failed: [{ Id: '0', Code: 'Throttled', SenderFault: false }] })
  const topic = 'arn:aws:sns:us-east-1:1:chat-events.fifo'
  await using publisher = createEventPublisher(sns as unknown as SNSClient, topic)
  const event = { id: newId(), type: 'co.growzone.chat.typing.changed', subject: newId() }
  await expect(publisher.publish(event as never, SAMPLED)).rejects.toThrow('Throttled')
  for (const name of ['publish chat-events.fifo', 'PublishBatch chat-events.fifo'])
    expect(recorded.named(name).map(({ status }) => status.code)).toEqual([2])
})
