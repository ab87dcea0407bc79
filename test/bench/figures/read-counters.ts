/** What the systems count of themselves. */
export interface OwnCounters {
  /** By operation. */
  awsRequests: Record<string, number>
  sqlStatements: number
}

export async function readOwnCounters(urls: string[]): Promise<OwnCounters> {
  const texts = await Promise.all(urls.map(async url => (await fetch(url)).text()))
  return parseCounters(texts.join('\n'))
}

const SAMPLE = /^(chat_aws_requests_total|chat_sql_statements_total)(?:\{([^}]*)\})? (\S+)/gm

/** From Prometheus' text format, of one process or several. */
export function parseCounters(text: string): OwnCounters {
  const counters: OwnCounters = { awsRequests: {}, sqlStatements: 0 }
  for (const [, name, labels = '', value] of text.matchAll(SAMPLE)) {
    const operation = labels.match(/operation="([^"]*)"/)?.[1] ?? 'unknown'
    if (name === 'chat_sql_statements_total') counters.sqlStatements += Number(value)
    else counters.awsRequests[operation] = (counters.awsRequests[operation] ?? 0) + Number(value)
  }
  return counters
}
