import { readFileSync } from 'node:fs'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { ALARM_METRICS } from '../../infra/aws/alarm-metrics.ts'
import { type DescribedMetric, describeMetrics } from '../../infra/cli/describe-metrics.ts'
import { buildMetricsPage } from '../../infra/cli/metrics-page.ts'
import { buildDashboard } from '../../infra/grafana/build-dashboard.ts'
import { EMF_METRICS, EMF_NAMESPACE } from '../../shared/emf/emf-metrics.ts'

/** Of our metrics, those that the dashboard need not show. */
const NOT_SHOWN: string[] = []
/** Labels that Prometheus gives to everything it reads. */
const GIVEN_LABELS = ['job', 'instance', 'le']

const dashboard = readFileSync('infra/grafana/chat.json', 'utf8')
const expressions = [...dashboard.matchAll(/"expr": ("(?:[^"\\]|\\.)*")/g)].map(match =>
  JSON.parse(match[1] ?? ''),
)
const alerts = readFileSync('infra/grafana/alerts.yml', 'utf8')
const rules = [...alerts.matchAll(/^ +expr: (.*)$/gm)].map(([, expr = '']) => expr)
const ours = await describeMetrics()

/** Metrics and the labels that are asked of each, in one query. */
function readQuery(query: string): { metric: string; labels: string[] }[] {
  const by = [...query.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(', '))
  const selectors = query.matchAll(/\b((?:chat|nodejs|process)_\w+)(?:\{([^}]*)\})?/g)
  return [...selectors].map(([, name = '', selector = '']) => ({
    metric: name,
    labels: [...by, ...[...selector.matchAll(/(\w+)(?==|!=)/g)].map(([label]) => label)],
  }))
}

function find(name: string): DescribedMetric | undefined {
  return ours.find(metric => {
    if (metric.type !== 'histogram') return metric.name === name
    return ['_bucket', '_sum', '_count'].some(suffix => metric.name + suffix === name)
  })
}

test.each([
  ['the dashboard', expressions],
  ['the alerts', rules],
])('every metric and label in %s is one that the code makes', async (_, queries) => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const text = await registry.metrics()
  registry.clear()
  expect(queries.length).toBeGreaterThan(5)
  for (const { metric, labels } of queries.flatMap(readQuery)) {
    const described = find(metric)
    const isOfPromClient = described === undefined && text.includes(`# TYPE ${metric.replace(/_sum$/, '')} `)
    expect(described !== undefined || isOfPromClient, metric).toBe(true)
    const known = [...GIVEN_LABELS, ...(described?.labels ?? [])]
    expect(
      labels.filter(label => !known.includes(label)),
      metric,
    ).toEqual([])
  }
})

test('every metric of our own is on the dashboard', () => {
  const shown = new Set(expressions.flatMap(readQuery).map(({ metric }) => find(metric)?.name))
  expect(ours.map(({ name }) => name).filter(name => !shown.has(name))).toEqual(NOT_SHOWN)
})

test('the dashboard is the one that its panels make (npm run docs makes it anew)', () => {
  expect(JSON.parse(dashboard)).toEqual(JSON.parse(buildDashboard()))
  const ids = [...dashboard.matchAll(/"id": (\d+)/g)].map(([, id]) => id)
  expect(new Set(ids).size).toBe(ids.length)
})

test('docs/metrics.md says what the code says (npm run docs makes it anew)', async () => {
  expect(readFileSync('docs/metrics.md', 'utf8')).toBe(await buildMetricsPage())
})

test('what CloudWatch gets is made of metrics that exist, histograms of fewer than a hundred buckets', () => {
  for (const { from, unit } of EMF_METRICS) {
    const { type, buckets = Number.NaN } = ours.find(({ name }) => name === from) ?? {}
    expect(type === 'histogram', from).toBe(unit === 'Milliseconds')
    expect(buckets).toBeLessThan(100)
    expect(buckets > 0).toBe(unit === 'Milliseconds')
  }
})

test('an alarm watches a metric of our own by a name that CloudWatch gets, or one of AWS as its page names it', () => {
  const names = EMF_METRICS.map(({ name }) => name)
  for (const watched of Object.values(ALARM_METRICS).flat()) {
    if (watched.namespace === EMF_NAMESPACE) expect(names).toEqual(expect.arrayContaining(watched.metrics))
    else expect('source' in watched && watched.source).toMatch(/^https:\/\/docs\.aws\.amazon\.com\//)
  }
})

test('the alerts for Prometheus have the names of alarms', () => {
  const names = [...alerts.matchAll(/- alert: (\w+)/g)].map(([, name]) => name)
  expect(Object.keys(ALARM_METRICS)).toEqual(expect.arrayContaining(names))
})
