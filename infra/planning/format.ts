/** A table in Markdown. */
export function toMarkdown(header: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Dollars: cents below a hundred, none above. */
export function money(usd: number): string {
  if (usd >= 100) return Math.round(usd).toLocaleString('en-US')
  return usd.toFixed(2)
}

/** Three digits where that is enough. */
export function count(value: number): string {
  if (value === 0) return '0'
  if (value >= 100) return Math.round(value).toLocaleString('en-US')
  return String(Number(value.toPrecision(2)))
}

export function percent(share: number): string {
  if (share >= 10) return `${count(share)} ×`
  return share < 0.001 ? '< 0.1 %' : `${Number((share * 100).toPrecision(2))} %`
}
