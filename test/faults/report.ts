import { type Finding, GUARANTEES } from './check/finding.ts'

export interface Report {
  passed: boolean
  findings: Finding[]
  /** In the order in which they are printed. */
  figures: [name: string, value: string | number][]
  /** Where data and logs are, when they were kept. */
  folder?: string
}

/** One line a figure. */
export function printReport({ figures, findings, passed }: Report, say: (line: string) => void): void {
  for (const [name, value] of figures) say(`${name}: ${value}`)
  say(passed ? 'all guarantees hold' : `broken: ${brokenOf(findings).join(', ') || 'did not converge'}`)
}

export function countFindings(findings: Finding[]): [string, number][] {
  return GUARANTEES.map(name => [name, findings.filter(finding => finding.guarantee === name).length])
}

function brokenOf(findings: Finding[]): string[] {
  return GUARANTEES.filter(name => findings.some(finding => finding.guarantee === name))
}
