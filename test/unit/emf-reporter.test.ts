import { afterEach, expect, test } from 'vitest'
import { createEmfReporter } from '../../shared/emf/emf-reporter.ts'
import { Counter, Gauge, Histogram, LATENCY_BUCKETS_SECONDS, metrics } from '../../shared/metrics.ts'

afterEach(() => metrics.clear())

function createReporter(onlyChanges = false) {
  const lines: Record<string, unknown>[] = []
  const { report } = createEmfReporter({
    ...{ service: 'delivery', stage: 'prod', onlyChanges },
    write: line => lines.push(JSON.parse(line)),
  })
  return { report, lines }
}

test('counters tell what was added since the last line, by the series that count', async () => {
  const pushes = new Counter({ name: 'chat_delivery_pushes_total', help: 'x', labelNames: ['outcome'] })
  const { report, lines } = createReporter()
  pushes.inc({ outcome: 'pushed' }, 5)
  pushes.inc({ outcome: 'failed' }, 2)
  pushes.inc({ outcome: 'dropped' })
  pushes.inc({ outcome: 'gone' }, 9)
  await report()
  pushes.inc({ outcome: 'pushed' })
  await report()
  await report()
  expect(lines.map(({ Pushes, PushFailures }) => [Pushes, PushFailures])).toEqual([
    [5, 3],
    [1, 0],
    [0, 0],
  ])
})

test('a line says to CloudWatch what it holds, of whom and since when', async () => {
  new Counter({ name: 'chat_accepted_total', help: 'x', labelNames: ['type'] }).inc({ type: 'typing.set' })
  new Gauge({ name: 'chat_gateway_open_sockets', help: 'x' }).set(7)
  const { report, lines } = createReporter()
  await report()
  expect(lines).toEqual([
    {
      _aws: {
        Timestamp: expect.any(Number),
        CloudWatchMetrics: [
          {
            Namespace: 'GrowzoneChat',
            Dimensions: [['Service', 'Stage']],
            Metrics: [
              { Name: 'Accepted', Unit: 'Count' },
              { Name: 'OpenSockets', Unit: 'Count' },
            ],
          },
        ],
      },
      ...{ Service: 'delivery', Stage: 'prod', Accepted: 1, OpenSockets: 7 },
    },
  ])
})

test('a histogram tells each bucket that was hit by its upper bound, in milliseconds, and the exact sum', async () => {
  const latency = new Histogram({
    ...{ name: 'chat_delivery_accept_to_push_seconds', help: 'x', buckets: LATENCY_BUCKETS_SECONDS },
  })
  const { report, lines } = createReporter()
  for (const seconds of [0.004, 0.004, 0.3, 100]) latency.observe(seconds)
  await report()
  latency.observe(0.6)
  await report()
  await report()
  expect(lines.map(({ AcceptToPush }) => AcceptToPush)).toEqual([
    { Values: [5, 500, 60_000], Counts: [2, 1, 1], Min: 5, Max: 60_000, Count: 4, Sum: 100_308 },
    { Values: [1_000], Counts: [1], Min: 1_000, Max: 1_000, Count: 1, Sum: expect.closeTo(600) },
  ])
})

test('series of several queues are one distribution', async () => {
  const age = new Histogram({
    ...{ name: 'chat_queue_age_seconds', help: 'x', labelNames: ['queue'], buckets: [0.1, 1] },
  })
  age.observe({ queue: 'a' }, 0.05)
  age.observe({ queue: 'b' }, 0.05)
  age.observe({ queue: 'b' }, 0.5)
  const { report, lines } = createReporter()
  await report()
  expect(lines[0]?.QueueAge).toMatchObject({ Values: [100, 1_000], Counts: [2, 1], Count: 3 })
})

test('where only changes are told, what stands still is not, and nothing makes no line', async () => {
  const accepted = new Counter({ name: 'chat_accepted_total', help: 'x', labelNames: ['type'] })
  new Counter({ name: 'chat_dead_letters_total', help: 'x', labelNames: ['queue'] })
  new Gauge({ name: 'chat_gateway_open_sockets', help: 'x' }).set(7)
  const { report, lines } = createReporter(true)
  await report()
  accepted.inc({ type: 'message.send' })
  await report()
  await report()
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatchObject({ Accepted: 1 })
  expect(lines[0]).not.toHaveProperty('OpenSockets')
  expect(lines[0]).not.toHaveProperty('DeadLetters')
})
