import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface ReceivedSpan {
  /** Of the process that recorded it. */
  service: string
  name: string
  kind: number
  traceId: string
  spanId: string
  parentSpanId: string | undefined
  attributes: Record<string, string | number | boolean>
  links: { traceId: string; spanId: string }[]
  /** 2 is an error. */
  status: { code?: number; message?: string }
}

interface KeyValue {
  key: string
  value: Record<string, string | number | boolean>
}

/** A collector that takes traces as OTLP/HTTP with JSON, and keeps them; it can be told not to answer. */
export async function startOtlpReceiver() {
  let isSilent = false
  const spans: ReceivedSpan[] = []
  const bodies: string[] = []
  const server = createServer(async (request, response) => {
    const body = await text(request)
    bodies.push(body)
    if (request.url === '/v1/traces' && request.headers['content-type'] === 'application/json')
      spans.push(...readSpans(JSON.parse(body)))
    if (!isSilent) response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    /** Everything that came, as it came. */
    bodies,
    beSilent(silent: boolean) {
      isSilent = silent
    },
    spansOf: (traceId: string) => spans.filter(span => span.traceId === traceId),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

export type OtlpReceiver = Awaited<ReturnType<typeof startOtlpReceiver>>

// biome-ignore lint/suspicious/noExplicitAny: the JSON form of a protocol buffer that is not ours
function readSpans({ resourceSpans }: any): ReceivedSpan[] {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  return resourceSpans.flatMap(({ resource, scopeSpans }: any) => {
    const service = String(read(resource.attributes)['service.name'])
    // biome-ignore lint/suspicious/noExplicitAny: as above
    return scopeSpans.flatMap(({ spans }: any) =>
      // biome-ignore lint/suspicious/noExplicitAny: as above
      spans.map(({ attributes = [], links = [], status = {}, parentSpanId, ...span }: any) => ({
        ...{ service, name: span.name, kind: span.kind, traceId: span.traceId, spanId: span.spanId },
        parentSpanId: parentSpanId || undefined,
        attributes: read(attributes),
        links,
        status,
      })),
    )
  })
}

function read(attributes: KeyValue[]): Record<string, string | number | boolean> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => {
      const [[type, content] = ['stringValue', '']] = Object.entries(value)
      return [key, type === 'intValue' ? Number(content) : content]
    }),
  )
}
