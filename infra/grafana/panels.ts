/** What the dashboard shows: queries by title, with the unit that Grafana knows. */
export interface Panel {
  title: string
  unit: 'reqps' | 'ops' | 's' | 'percentunit' | 'short' | 'bytes'
  queries: Query[]
  help?: string
}

interface Query {
  expr: string
  legend: string
}

const WINDOW = '$__rate_interval'

/** Sums what a counter gains a second, by its labels. */
function rate(metric: string, by: string[] = []): Query {
  const labels = by.length > 0 ? ` by (${by.join(', ')})` : ''
  return {
    expr: `sum${labels} (rate(${metric}[${WINDOW}]))`,
    legend: by.length > 0 ? by.map(label => `{{${label}}}`).join(' ') : 'all',
  }
}

function quantile(share: number, histogram: string, by: string[] = []): Query {
  const labels = ['le', ...by].join(', ')
  const name = by.map(label => `{{${label}}} `).join('')
  return {
    expr: `histogram_quantile(${share}, sum by (${labels}) (rate(${histogram}_bucket[${WINDOW}])))`,
    legend: `${name}p${share * 100}`,
  }
}

const quantiles = (histogram: string) => [0.5, 0.95, 0.99].map(share => quantile(share, histogram))

/** What one observation is worth on average. */
function mean(histogram: string, by: string[] = []): Query {
  const part = (suffix: string) => rate(`${histogram}_${suffix}`, by)
  return { expr: `${part('sum').expr} / ${part('count').expr}`, legend: part('sum').legend }
}

export const ROWS: Record<string, Panel[]> = {
  'What happens': [
    { title: 'Accepted', unit: 'ops', queries: [rate('chat_accepted_total', ['type'])] },
    { title: 'Stored', unit: 'ops', queries: [rate('chat_commands_total{result="stored"}', ['type'])] },
    { title: 'Pushed', unit: 'ops', queries: [rate('chat_delivery_pushes_total', ['outcome'])] },
    { title: 'REST requests', unit: 'reqps', queries: [rate('chat_http_requests_total', ['route'])] },
  ],
  'How long it takes': [
    { title: 'Accept → store', unit: 's', queries: quantiles('chat_accept_to_store_seconds') },
    { title: 'Accept → push', unit: 's', queries: quantiles('chat_delivery_accept_to_push_seconds') },
    { title: 'REST requests', unit: 's', queries: quantiles('chat_http_request_seconds') },
    {
      ...{ title: 'REST requests, p95 by route', unit: 's' },
      queries: [quantile(0.95, 'chat_http_request_seconds', ['route'])],
    },
  ],
  'What fails': [
    {
      ...{ title: 'REST errors', unit: 'percentunit', help: 'Share of requests answered with 5xx.' },
      queries: [
        {
          expr: `sum(rate(chat_http_requests_total{status=~"5.."}[${WINDOW}])) / sum(rate(chat_http_requests_total[${WINDOW}]))`,
          legend: '5xx',
        },
      ],
    },
    {
      ...{ title: 'REST requests that were refused', unit: 'reqps', help: 'By status, 4xx and 5xx.' },
      queries: [rate('chat_http_requests_total{status=~"[45].."}', ['status'])],
    },
    {
      ...{ title: 'Frames that were refused', unit: 'ops', help: 'By the status of the problem.' },
      queries: [rate('chat_gateway_refused_frames_total', ['status'])],
    },
    {
      ...{
        title: 'Limits told to the other processes',
        unit: 'ops',
        help: 'Nothing where LIMIT_STORE is memory.',
      },
      queries: [rate('chat_limits_told_total', ['outcome'])],
    },
    {
      ...{ title: 'Refused commands', unit: 'ops', help: 'What can never be stored, by reason.' },
      queries: [rate('chat_commands_total{result!="stored"}', ['result'])],
    },
    {
      ...{ title: 'Dead letters in the last hour', unit: 'short' },
      queries: [{ expr: 'sum by (queue) (increase(chat_dead_letters_total[1h]))', legend: '{{queue}}' }],
    },
    {
      ...{ title: 'Events that were not pushed', unit: 'ops' },
      queries: [rate('chat_delivery_events_total{outcome!="delivered"}', ['outcome'])],
    },
  ],
  Queues: [
    {
      ...{ title: 'Age when received, p95', unit: 's' },
      queries: [quantile(0.95, 'chat_queue_age_seconds', ['queue'])],
    },
    {
      ...{ title: 'Messages in one call, commands in one commit', unit: 'short', help: 'On average.' },
      queries: [mean('chat_batch_entries', ['operation'])],
    },
    { title: 'Commands in one receive', unit: 'short', queries: [mean('chat_commands_per_receive')] },
    {
      ...{ title: 'Calls to AWS a stored command', unit: 'short', help: 'What a message costs in requests.' },
      queries: [
        {
          expr: `sum(rate(chat_aws_requests_total[${WINDOW}])) / sum(rate(chat_commands_total{result="stored"}[${WINDOW}]))`,
          legend: 'calls',
        },
      ],
    },
    { title: 'Calls to AWS', unit: 'ops', queries: [rate('chat_aws_requests_total', ['operation'])] },
  ],
  Sockets: [
    {
      ...{ title: 'Open sockets', unit: 'short', help: 'Of our own gateway; API Gateway tells CloudWatch.' },
      queries: [{ expr: 'sum by (instance) (chat_gateway_open_sockets)', legend: '{{instance}}' }],
    },
    { title: 'Frames', unit: 'ops', queries: [rate('chat_gateway_frames_total', ['route'])] },
    {
      ...{ title: 'Sockets that the gateway ended', unit: 'ops' },
      queries: [rate('chat_gateway_closed_by_server_total', ['reason'])],
    },
  ],
  'Database and processes': [
    {
      ...{ title: 'Connections to PostgreSQL', unit: 'short' },
      queries: [
        { expr: 'sum by (job, state) (chat_database_pool_connections)', legend: '{{job}} {{state}}' },
      ],
    },
    { title: 'SQL statements', unit: 'ops', queries: [rate('chat_sql_statements_total', ['job'])] },
    { title: 'CPU', unit: 'percentunit', queries: [rate('process_cpu_seconds_total', ['job', 'instance'])] },
    {
      ...{ title: 'Memory', unit: 'bytes' },
      queries: [{ expr: 'process_resident_memory_bytes', legend: '{{job}} {{instance}}' }],
    },
    {
      ...{ title: 'Event loop lag, p99', unit: 's', help: 'Without the 0.1 s between two looks.' },
      queries: [{ expr: 'nodejs_eventloop_lag_p99_seconds - 0.1', legend: '{{job}} {{instance}}' }],
    },
    {
      ...{ title: 'Garbage collection', unit: 'percentunit', help: 'Share of the time.' },
      queries: [rate('nodejs_gc_duration_seconds_sum', ['job', 'instance'])],
    },
  ],
}
