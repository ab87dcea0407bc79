import { EMF_METRICS, EMF_NAMESPACE } from '../../shared/emf/emf-metrics.ts'
import { ALARM_METRICS, type AlarmMetric } from '../aws/alarm-metrics.ts'
import { describeMetrics } from './describe-metrics.ts'

const HEADING = `# Metrics

Made from the code by \`npm run docs\`; how they are read is told in [observability](observability.md).
`

/** The page \`docs/metrics.md\`: every metric of our own, and what the alarms on AWS watch. */
export async function buildMetricsPage(): Promise<string> {
  const prometheus = (await describeMetrics()).map(({ name, type, labels, services, help }) => [
    ...[`\`${name}\``, type, labels.map(label => `\`${label}\``).join(', '), services.join(', '), help],
  ])
  const emf = EMF_METRICS.map(({ name, unit, from, meaning }) => [name, unit, `\`${from}\``, meaning])
  const alarms = Object.entries<AlarmMetric[]>(ALARM_METRICS).flatMap(([alarm, watched]) =>
    watched.map(({ namespace, metrics, service, source }) => [
      ...[alarm, namespace, metrics.join(', ')],
      source === undefined ? `emitted by ${service}` : `[AWS](${source})`,
    ]),
  )
  return [
    HEADING,
    '## Prometheus',
    '',
    'At `/metrics` of every process, beside `process_…` and `nodejs_…` of prom-client.',
    '',
    ...table(['metric', 'type', 'labels', 'processes', 'meaning'], prometheus),
    '',
    '## CloudWatch',
    '',
    `Namespace \`${EMF_NAMESPACE}\`, dimensions \`Service\` and \`Stage\`, where \`METRICS_EMF\` is on.`,
    '',
    ...table(['metric', 'unit', 'made of', 'meaning'], emf),
    '',
    '## Alarms',
    '',
    ...table(['alarm', 'namespace', 'metrics', 'source'], alarms),
    '',
  ].join('\n')
}

function table(heads: string[], rows: string[][]): string[] {
  const line = (cells: string[]) => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)]
}
