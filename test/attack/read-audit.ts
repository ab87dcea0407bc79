/** What `npm audit --json` prints: the report, or why there is none. */
interface Report {
  metadata?: object
  vulnerabilities?: Record<string, { severity: string; range: string }>
  message?: string
}

export interface Audit {
  /** Undefined where the registry does not tell. */
  weaknesses: number | undefined
  /** For people, each a line. */
  lines: string[]
}

/** Reads what `npm audit --json` printed, if it printed anything. */
export function readAudit(printed: string | null): Audit {
  const { metadata, vulnerabilities = {}, message = 'no answer' } = parseReport(printed ?? '')
  if (metadata === undefined)
    return { weaknesses: undefined, lines: [`not checked, for the registry does not tell: ${message}`] }
  const found = Object.entries(vulnerabilities)
  return {
    weaknesses: found.length,
    lines: [
      ...found.map(([name, { severity, range }]) => `${name} ${range}: ${severity}`),
      `${found.length} packages with known weaknesses; npm audit --omit=dev tells more`,
    ],
  }
}

function parseReport(text: string): Report {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
