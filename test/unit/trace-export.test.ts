import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import pino from 'pino'
import { afterEach, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { createLogger } from '../../shared/logger.ts'
import { exportTo, startTracing } from '../../shared/otel/start-tracing.ts'
import { startInvocationTelemetry, startTelemetry } from '../../shared/telemetry.ts'
import { telemetrySettings, traceEndpointOf } from '../../shared/telemetry-config.ts'
import { installTracer, startSpan } from '../../shared/tracing.ts'

const PARENT = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }
const settings = z.object(telemetrySettings)

let server: Server | undefined
afterEach(async () => {
  vi.useRealTimers()
  installTracer(undefined)
  server?.closeAllConnections()
  await new Promise(resolve => (server ? server.close(resolve) : resolve(undefined)))
})

interface Request {
  url: string | undefined
  type: string | undefined
  isOpen(): boolean
}

async function startCollector(answer: (response: ServerResponse) => void) {
  const requests: Request[] = []
  server = createServer((request, response) => {
    request.resume()
    request.once('end', () => {
      const { url, headers } = request
      requests.push({ url, type: headers['content-type'], isOpen: () => !response.destroyed })
      answer(response)
    })
  })
  await new Promise<void>(resolve => server?.listen(0, '127.0.0.1', resolve))
  return { requests, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

function start(environment: Record<string, string>) {
  const lines: { level: number; msg: string; lost?: number }[] = []
  const keep = new Writable({
    write(line, _, done) {
      lines.push(JSON.parse(String(line)))
      done()
    },
  })
  const config = settings.parse(environment)
  const endpoint = traceEndpointOf(config) as URL
  const tracing = startTracing('test', config, exportTo(endpoint, config, pino(keep)))
  return { tracing, lines }
}

function endSpans(count: number): void {
  for (let n = 0; n < count; n++) startSpan('client', 'push', PARENT)?.end()
}

test.each([
  ['http/protobuf', 'application/x-protobuf'],
  ['http/json', 'application/json'],
])('spans go to the collector as %s', async (protocol, type) => {
  const { url, requests } = await startCollector(response => response.writeHead(200).end())
  const { tracing } = start({ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: protocol })
  endSpans(1)
  await tracing[Symbol.asyncDispose]()
  expect(requests.map(request => [request.url, request.type])).toEqual([['/v1/traces', type]])
})

test('a collector that never answers holds up nobody: spans are dropped, and the end does not wait for it', async () => {
  const { url, requests } = await startCollector(() => {})
  const { tracing } = start({ OTEL_EXPORTER_OTLP_ENDPOINT: url })
  endSpans(20_000)
  await expect.poll(() => requests).toHaveLength(1)
  await tracing[Symbol.asyncDispose]()
  // The queue holds 4,096; what was under way is still so.
  expect(requests.length).toBeLessThanOrEqual(1 + 4_096 / 512)
  expect(requests[0]?.isOpen()).toBe(true)
})

test('a collector that refuses is told in one line, and one tells when it takes spans again', async () => {
  let status = 400
  const { url } = await startCollector(response => response.writeHead(status).end('{}'))
  const { tracing, lines } = start({ OTEL_EXPORTER_OTLP_ENDPOINT: url })
  for (let n = 0; n < 5; n++) {
    endSpans(3)
    await tracing.flush()
  }
  status = 200
  for (let n = 0; n < 2; n++) {
    endSpans(3)
    await tracing.flush()
  }
  await tracing[Symbol.asyncDispose]()
  expect(lines.map(({ level, msg, lost }) => ({ level, msg, lost }))).toEqual([
    { level: 40, msg: 'traces cannot be exported; messages go on', lost: undefined },
    { level: 30, msg: 'traces are exported again', lost: 15 },
  ])
})

test('an invocation waits a moment for a collector that never answers, and the next does not', async () => {
  const { url, requests } = await startCollector(() => {})
  const config = settings.parse({ OTEL_EXPORTER_OTLP_ENDPOINT: url })
  const tell = await startInvocationTelemetry('test', config, createLogger('test', 'silent'))
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  endSpans(1)
  const first = tell()
  await expect.poll(() => requests, { interval: 0 }).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(1_500)
  await first
  endSpans(1)
  await tell()
  expect(requests).toHaveLength(1)
  expect(requests[0]?.isOpen()).toBe(true)
})

test.each([
  ['no endpoint is set', {}],
  ['the SDK is disabled', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_SDK_DISABLED: 'true' }],
])('nothing is recorded where %s', async (_, environment) => {
  await using _telemetry = await startTelemetry(
    'test',
    settings.parse(environment),
    createLogger('test', 'silent'),
  )
  expect(startSpan('client', 'push', PARENT)).toBeUndefined()
})

test.each([
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }, 'http://collector:4318/v1/traces'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector/otlp/' }, 'https://collector/otlp/v1/traces'],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://b/traces' },
    'http://b/traces',
  ],
])('%o sends traces to %s', (environment, url) => {
  expect(traceEndpointOf(settings.parse(environment))?.href).toBe(url)
})

test.each([
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, /URL/],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://user:secret@collector' }, /must not hold credentials/],
  [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, /http\/protobuf/],
  [{ OTEL_TRACES_SAMPLER: 'sometimes' }, /parentbased_traceidratio/],
  [{ OTEL_TRACES_SAMPLER_ARG: '2' }, /<=1/],
  [{ OTEL_SDK_DISABLED: 'maybe' }, /true/],
  [{ METRICS_EMF: 'maybe' }, /true/],
  [{ CHAT_STAGE: 'two words' }, /letters, digits/],
])('%o is refused with one line that tells what is wanted', (environment, expected) => {
  const message = settings.safeParse(environment).error?.issues[0]?.message
  expect(message).toMatch(expected)
  expect(message).not.toContain('secret')
})
