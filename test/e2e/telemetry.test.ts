import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as z from 'zod'
import { ALARM_METRICS, type AlarmMetric } from '../../infra/aws/alarm-metrics.ts'
import { describeMetrics, SERVICES } from '../../infra/cli/describe-metrics.ts'
import { type Topology, topology } from '../../shared/aws/topology.ts'
import { EMF_METRICS, EMF_NAMESPACE } from '../../shared/emf/emf-metrics.ts'
import { findQueueUrl } from '../../shared/messaging/find-resources.ts'
import { type ChatUser, createTrio, type Device } from '../support/chat-user.ts'
import { clientSettings } from '../support/client-settings.ts'
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '../support/otlp-receiver.ts'
import { sendRaw } from '../support/queues.ts'
import { recordedPids, signal } from '../support/stack-processes.ts'
import { startStack } from '../support/start-stack.ts'

/** Stands in texts and in URLs of media; nobody but the database and the sockets may ever see it. */
const MARKER = 'kx7Qw9marker'
const TRACE = '0af7651916cd43dd8448eb211c80319c'
const CALLER = 'b7ad6b7169203331'
const SERVER = 2
const CLIENT = 3
const PRODUCER = 4
const CONSUMER = 5

let collector: OtlpReceiver
let stack: Awaited<ReturnType<typeof startStack>>
let names: Topology
let [ann, ben, cid]: ChatUser[] = []
let annSocket: Device
let benSocket: Device

beforeAll(async () => {
  collector = await startOtlpReceiver()
  stack = await startStack(undefined, {
    LOG_LEVEL: 'trace',
    METRICS_EMF: '1',
    CHAT_STAGE: 'e2e',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    // As long as an export waits for a collector that does not answer, ms.
    OTEL_EXPORTER_OTLP_TIMEOUT: '500',
  })
  names = topology(stack.env.CHAT_RESOURCE_PREFIX ?? '')
  ;[ann, ben, cid] = await createTrio(stack.env)
  annSocket = await user(ann).openSocket()
  benSocket = await user(ben).openSocket()
})

afterAll(async () => {
  await stack?.[Symbol.asyncDispose]()
  await collector?.[Symbol.asyncDispose]()
})

test('one trace leads from the POST through queue, database and topic to the push, with links to every batch', async () => {
  const body = { recipientId: user(ben).id, contentType: 'text', textContent: `hello ${MARKER}` }
  const { body: accepted } = await user(ann).post('/messages', body, {
    traceparent: `00-${TRACE}-${CALLER}-01`,
    tracestate: 'vendor=opaque',
  })
  await benSocket.waitForMessage(accepted.data.id)
  const spans = await spansWith(TRACE, 'push', 2)

  const request = one(spans, 'POST /api/v1/chat/messages')
  const send = one(spans, `send ${names.commandsQueue}`)
  const store = one(spans, 'store')
  const stored = one(spans, `process ${names.commandsQueue}`)
  const publish = one(spans, `publish ${names.eventsTopic}`)
  const delivered = one(spans, `process ${names.deliveriesQueue}`)
  const pushes = spans.filter(({ name }) => name === 'push')
  const path = [request, send, stored, publish, delivered].map(({ service, kind }) => [service, kind])
  expect(path).toEqual([
    ['chat-ingress', SERVER],
    ['chat-ingress', PRODUCER],
    ['chat-persister', CONSUMER],
    ['chat-persister', PRODUCER],
    ['chat-delivery', CONSUMER],
  ])
  expect(pushes.map(({ service, kind, parentSpanId }) => [service, kind, parentSpanId])).toEqual(
    Array(2).fill(['chat-delivery', CLIENT, delivered.spanId]),
  )
  expect(request.parentSpanId).toBe(CALLER)
  expect(send.parentSpanId).toBe(request.spanId)
  expect(stored.parentSpanId).toBe(send.spanId)
  expect(store.parentSpanId).toBe(stored.spanId)
  expect(publish.parentSpanId).toBe(stored.spanId)
  expect(delivered.parentSpanId).toBe(publish.spanId)
  expect(spans.filter(({ status }) => status.code === 2)).toEqual([])

  expect(request.attributes).toMatchObject({
    ...{ 'http.request.method': 'POST', 'http.route': '/api/v1/chat/messages' },
    'http.response.status_code': 202,
  })
  expect(send.attributes).toMatchObject({
    ...{ 'messaging.system': 'aws_sqs', 'messaging.destination.name': names.commandsQueue },
    ...{ 'messaging.operation.type': 'send', 'chat.command.type': 'message.send' },
  })
  expect(publish.attributes).toMatchObject({ 'messaging.system': 'aws.sns' })

  const batches = {
    [`SendMessageBatch ${names.commandsQueue}`]: send,
    [`receive ${names.commandsQueue}`]: send,
    commit: stored,
  }
  Object.assign(batches, {
    [`PublishBatch ${names.eventsTopic}`]: publish,
    [`receive ${names.deliveriesQueue}`]: publish,
  })
  for (const [name, { traceId, spanId }] of Object.entries(batches)) {
    const linked = collector.spans.filter(
      span => span.name === name && span.links.some(link => link.spanId === spanId),
    )
    expect(linked, name).toHaveLength(1)
    expect(linked[0]?.traceId, name).not.toBe(traceId)
    expect(linked[0]?.parentSpanId, name).toBeUndefined()
  }
})

test('a frame of a socket begins a trace that leads to the pushes', async () => {
  const data = { recipientId: user(ben).id, contentType: 'text', textContent: `socket ${MARKER}` }
  annSocket.send({ action: 'sendMessage', requestId: 'frame-1', data })
  const { data: pending } = await annSocket.waitForReply('frame-1')
  await benSocket.waitForMessage(pending.id)
  const { traceId = '' } = (await logOf('gateway')).find(line => line.requestId === 'frame-1') ?? {}
  const spans = await spansWith(traceId, 'push', 2)
  const seen = spans.map(({ service, name }) => `${service}: ${name}`)
  expect(seen.toSorted()).toEqual([
    `chat-delivery: process ${names.deliveriesQueue}`,
    ...['chat-delivery: push', 'chat-delivery: push'],
    'chat-gateway: frame sendMessage',
    `chat-gateway: send ${names.commandsQueue}`,
    `chat-persister: process ${names.commandsQueue}`,
    `chat-persister: publish ${names.eventsTopic}`,
    'chat-persister: store',
  ])
  expect(one(spans, `send ${names.commandsQueue}`).parentSpanId).toBe(one(spans, 'frame sendMessage').spanId)
})

test('a trace that its caller does not record is recorded nowhere, and its ids stand in the logs all the same', async () => {
  const traceId = '11111111111111111111111111111111'
  const body = { recipientId: user(ben).id, contentType: 'text', textContent: `quiet ${MARKER}` }
  const { body: accepted } = await user(ann).post('/messages', body, {
    traceparent: `00-${traceId}-${CALLER}-00`,
  })
  await benSocket.waitForMessage(accepted.data.id)
  await expect.poll(async () => (await logOf('delivery')).some(line => line.traceId === traceId)).toBe(true)
  for (const service of ['ingress', 'persister'])
    expect((await logOf(service)).filter(line => line.traceId === traceId)).not.toEqual([])
  // What is recorded after it has left already.
  const marker = '22222222222222222222222222222222'
  await user(ann).post('/messages', body, { traceparent: `00-${marker}-${CALLER}-01` })
  await spansWith(marker, 'push', 2)
  expect(collector.spansOf(traceId)).toEqual([])
  expect(collector.spans.filter(({ links }) => links.some(link => link.traceId === traceId))).toEqual([])
})

test('a command that can never be stored leaves its reason on the spans of its trace, and its ids in the log', async () => {
  const traceId = '33333333333333333333333333333333'
  const body = { recipientId: user(cid).id, contentType: 'text', textContent: `refused ${MARKER}` }
  const headers = { traceparent: `00-${traceId}-${CALLER}-01`, 'x-request-id': 'refused-1' }
  await user(ann).post('/messages', { ...body, replyToId: '00000000-0000-4000-8000-000000000001' }, headers)
  await annSocket.waitForType('messageFailed')
  const spans = await spansWith(traceId, `process ${names.commandsQueue}`, 1)
  expect(one(spans, 'store').status).toMatchObject({ code: 2 })
  expect(one(spans, 'store').attributes['error.type']).toBe('reply_not_found')
  expect(one(spans, `process ${names.commandsQueue}`).attributes['chat.outcome']).toBe('dead')
  const { commandId, conversationId } = await lineOf('ingress', line => line.requestId === 'refused-1')
  const buried = await lineOf('persister', line => line.msg === 'moved to the dead-letter queue')
  expect(buried).toMatchObject({ commandId, conversationId, traceId })
})

test('the ids in the logs lead from a request to its command and on to its event', async () => {
  const body = { recipientId: user(ben).id, contentType: 'text', textContent: `ids ${MARKER}` }
  const { body: accepted } = await user(ann).post('/messages', body, { 'x-request-id': 'ids-1' })
  await benSocket.waitForMessage(accepted.data.id)
  const asked = await lineOf('ingress', line => line.requestId === 'ids-1' && line.msg === 'accepted')
  expect(asked.conversationId).toBe(accepted.data.conversationId)
  const stored = await lineOf('persister', line => line.commandId === asked.commandId)
  expect(stored).toMatchObject({ msg: 'stored', conversationId: asked.conversationId })
  const handled = await lineOf('delivery', line => line.eventId === stored.eventIds?.[0])
  expect(handled).toMatchObject({ msg: 'event handled', traceId: asked.traceId })
})

test('while the collector does not answer messages go on, and each process tells it in one line', async () => {
  const warnings = async (service: string) =>
    (await logOf(service)).filter(({ msg }) => msg?.startsWith('traces cannot be exported'))
  const services = ['ingress', 'persister', 'delivery']
  collector.beSilent(true)
  for (let n = 0; n < 3; n++) {
    const { id } = await user(ann).sendText(user(ben).id, `${MARKER} ${n}`)
    await benSocket.waitForMessage(id)
    // An export of each process has failed, the second time with nothing left to tell.
    for (const service of services) await expect.poll(() => warnings(service)).toHaveLength(1)
  }
  collector.beSilent(false)
  for (const service of services) {
    await user(ann).sendText(user(ben).id, `${MARKER} again`)
    await lineOf(service, ({ msg }) => msg === 'traces are exported again')
    expect(await warnings(service)).toHaveLength(1)
  }
})

test('no text, no URL of media and no token stands in any log or trace, whatever is sent and whatever fails', async () => {
  const { MEDIA_ORIGINS = '' } = stack.env
  const mediaUrl = `${MEDIA_ORIGINS.split(',')[0]}${user(ann).id}/${MARKER}.jpg`
  const image = { recipientId: user(ben).id, contentType: 'image', mediaUrl, mediaThumbnailUrl: mediaUrl }
  const frames = [
    { action: 'sendMessage', requestId: 'image', data: image },
    {
      action: 'sendMessage',
      requestId: 'other',
      data: { ...image, mediaUrl: `https://${MARKER}.example/x` },
    },
    { action: MARKER, requestId: 'unknown', data: { textContent: MARKER } },
  ]
  for (const frame of frames) annSocket.send(frame)
  for (const { requestId } of frames) await annSocket.waitForReply(requestId)
  annSocket.send(`not JSON ${MARKER}`)
  await benSocket.waitForFrame(
    ({ type, data }) => type === 'newMessage' && data.mediaUrl?.startsWith(mediaUrl),
  )
  await user(ann).post('/messages', `{"textContent": "${MARKER}`)
  await user(ann).post('/messages', { ...image, textContent: MARKER, audioDuration: MARKER })
  await user(ann).get(`/conversations?cursor=${MARKER}`)
  await user(ann).post(`/conversations`, {
    recipientId: user(cid).id,
    initialMessage: { textContent: MARKER },
  })
  await user(ann)
    .openSocket(`${user(ann).token}x${MARKER}`)
    .catch(() => {})

  // A worker finds a body that is none, and a push meets a gateway that is gone.
  const sqs = new SQSClient(clientSettings('SQS', stack.env))
  await sendRaw(sqs, await findQueueUrl(sqs, names.commandsQueue), 'poison', `{"textContent":"${MARKER}"}`)
  await lineOf('persister', line => line.conversationId === 'poison')
  const { gateway = 0 } = await recordedPids(stack.dataDir)
  signal([gateway], 'SIGKILL')
  const { id } = await user(ann).sendText(user(ben).id, `missed ${MARKER}`)
  await expect
    .poll(async () => (await metricsOf('delivery')).get('chat_delivery_pushes_total{outcome="failed"}'))
    .toBeGreaterThan(0)
  expect((await user(ben).get(`/messages/${id}`)).body.data.textContent).toBe(`missed ${MARKER}`)
  // The tests that follow ask the gateway that takes its place.
  await expect.poll(async () => (await metricsOf('gateway')).size).toBeGreaterThan(0)

  for (const file of await readdir(join(stack.dataDir, 'logs'))) {
    const log = await readFile(join(stack.dataDir, 'logs', file), 'utf8')
    for (const secret of [MARKER, user(ann).token, user(ben).token])
      expect(log.includes(secret), `${file} holds ${secret}`).toBe(false)
  }
  for (const secret of [MARKER, user(ann).token, user(ben).token])
    expect(collector.bodies.some(body => body.includes(secret))).toBe(false)
})

test('every process tells its metrics, and they are those that the page of metrics lists', async () => {
  const described = await describeMetrics()
  for (const service of SERVICES) {
    const text = await metricsTextOf(service)
    const told = [...text.matchAll(/^# TYPE (chat_\w+)/gm)].map(([, name]) => name)
    const expected = described.filter(({ services }) => services.includes(service)).map(({ name }) => name)
    expect(told.toSorted(), service).toEqual(expected)
    expect(text, service).toContain('nodejs_eventloop_lag_seconds')
  }
  const ingress = await metricsOf('ingress')
  expect(ingress.get('chat_http_requests_total{route="GET /api/v1/chat/messages/:id",status="200"}')).toBe(1)
  expect(ingress.get('chat_http_request_seconds_count{route="POST /api/v1/chat/messages"}')).toBeGreaterThan(
    5,
  )
  expect(ingress.get('chat_accepted_total{type="message.send"}')).toBeGreaterThan(0)
  // Connections that were idle for long are gone.
  const again = { recipientId: user(ben).id, contentType: 'text', textContent: `last ${MARKER}` }
  await user(ann).post('/messages', again, { prefer: 'wait=5' })
  const persister = await metricsOf('persister')
  expect(persister.get('chat_batch_entries_count{operation="commit"}')).toBeGreaterThan(0)
  expect(persister.get(`chat_dead_letters_total{queue="${names.commandsQueue}"}`)).toBe(2)
  expect(persister.get(`chat_queue_age_seconds_count{queue="${names.commandsQueue}"}`)).toBeGreaterThan(0)
  expect(persister.get('chat_database_pool_connections{state="idle"}')).toBeGreaterThan(0)
})

test('a process that ends has told CloudWatch of everything, what the alarms watch among it', async () => {
  const before = await metricsOf('persister')
  process.kill(stack.pid, 'SIGTERM')
  await stack.exited
  const seen = new Set<string>()
  const totals = new Map<string, number>()
  for (const service of SERVICES) {
    const lines = (await logOf(service)).filter(line => '_aws' in line)
    expect(lines, service).not.toEqual([])
    for (const line of lines) {
      const { _aws, Service, Stage, ...values } = emfLine.parse(line)
      expect([Service, Stage]).toEqual([service, 'e2e'])
      const declared = _aws.CloudWatchMetrics[0].Metrics.map(({ Name }) => Name)
      expect(Object.keys(values).toSorted()).toEqual(declared.toSorted())
      for (const name of declared) {
        const value = values[name] as z.infer<typeof emfValue>
        seen.add(name)
        const key = `${service} ${name}`
        totals.set(key, (totals.get(key) ?? 0) + (typeof value === 'number' ? value : value.Count))
      }
    }
  }
  expect([...seen].toSorted()).toEqual(EMF_METRICS.map(({ name }) => name).toSorted())
  const stored = [...before].filter(([key]) => /^chat_commands_total.*result="stored"/.test(key))
  expect(totals.get('persister Stored')).toBe(stored.reduce((sum, [, value]) => sum + value, 0))
  const ours = Object.values<AlarmMetric[]>(ALARM_METRICS).flat().filter(isOurs)
  expect(ours).not.toEqual([])
  for (const { service, metrics } of ours)
    for (const name of metrics) expect(totals.get(`${service} ${name}`), name).toBeGreaterThan(0)
})

const isOurs = ({ namespace }: AlarmMetric) => namespace === EMF_NAMESPACE

/** By the schema of the specification, and what its text says besides. */
const emfValue = z.union([
  z.number(),
  z
    .strictObject({
      ...{ Values: z.array(z.number()).min(1).max(100), Counts: z.array(z.int().positive()) },
      ...{ Max: z.number(), Min: z.number(), Count: z.int(), Sum: z.number() },
    })
    .refine(({ Values, Counts }) => Values.length === Counts.length)
    .refine(({ Counts, Count }) => Counts.reduce((sum, count) => sum + count, 0) === Count),
])
const emfDirective = z.strictObject({
  Namespace: z.literal(EMF_NAMESPACE),
  Dimensions: z.tuple([z.tuple([z.literal('Service'), z.literal('Stage')])]),
  Metrics: z
    .array(z.strictObject({ Name: z.string().min(1).max(255), Unit: z.enum(['Count', 'Milliseconds']) }))
    .min(1)
    .max(100),
})
const emfLine = z
  .object({
    _aws: z.strictObject({ Timestamp: z.int().positive(), CloudWatchMetrics: z.tuple([emfDirective]) }),
    ...{ Service: z.string(), Stage: z.string() },
  })
  .catchall(emfValue)

function metricsTextOf(service: string): Promise<string> {
  const { env } = stack
  const base = {
    ...{ ingress: env.INGRESS_URL, gateway: env.AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI },
    ...{ persister: env.PERSISTER_HEALTH_URL, delivery: env.DELIVERY_HEALTH_URL },
  }[service]
  return fetch(`${base}/metrics`).then(response => response.text())
}

/** Every sample by its name and labels. */
async function metricsOf(service: string): Promise<Map<string, number>> {
  const samples = (await metricsTextOf(service)).matchAll(/^(\w+(?:\{.*\})?) (\S+)$/gm)
  return new Map([...samples].map(([, key = '', value]) => [key, Number(value)]))
}

interface LogLine {
  msg?: string
  requestId?: string
  commandId?: string
  conversationId?: string
  eventId?: string
  eventIds?: string[]
  traceId?: string
}

/** What a process has written of JSON, its metrics included. */
async function logOf(service: string): Promise<LogLine[]> {
  const lines = (await readFile(join(stack.dataDir, 'logs', `${service}.log`), 'utf8')).split('\n')
  return lines.filter(line => line.startsWith('{') && line.endsWith('}')).map(line => JSON.parse(line))
}

/** Waits for a line that fits; logs are written behind the answers. */
async function lineOf(service: string, fits: (line: LogLine) => boolean): Promise<LogLine> {
  await expect.poll(async () => (await logOf(service)).some(fits)).toBe(true)
  return (await logOf(service)).find(fits) as LogLine
}

/** Waits until a trace has so many spans of a name; the exporters send once a second. */
async function spansWith(traceId: string, name: string, count: number): Promise<ReceivedSpan[]> {
  const complete = () => collector.spansOf(traceId).filter(span => span.name === name).length >= count
  await expect.poll(complete).toBe(true)
  // Each process sends its own: what comes before the last hop may arrive after it.
  await expect.poll(() => hasNoGap(collector.spansOf(traceId))).toBe(true)
  return collector.spansOf(traceId)
}

/** Every parent has arrived, but for the one outside. */
function hasNoGap(spans: ReceivedSpan[]): boolean {
  const known = new Set([...spans.map(({ spanId }) => spanId), CALLER, undefined])
  return spans.every(({ parentSpanId }) => known.has(parentSpanId))
}

function one(spans: ReceivedSpan[], name: string): ReceivedSpan {
  const found = spans.filter(span => span.name === name)
  expect(found, name).toHaveLength(1)
  return found[0] as ReceivedSpan
}

function user(chatUser: ChatUser | undefined): ChatUser {
  return chatUser as ChatUser
}
