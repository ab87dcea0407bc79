/** Policies are JSON, which services give back in a spelling of their own. */
export function isSameSetting(current: string | undefined, wanted: string): boolean {
  if (current === wanted) return true
  if (current === undefined || !wanted.startsWith('{')) return false
  return canonical(JSON.parse(current)) === canonical(JSON.parse(wanted))
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part) => {
    if (typeof part === 'number') return String(part)
    if (part === null || typeof part !== 'object' || Array.isArray(part)) return part
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}
