const WARN_LEVEL = 40
const QUIET_MS = 5_000

/** Shows what matters of a process's JSON log: warnings and worse, each at most once in five seconds. */
export function createWarningFilter(name: string, say: (line: string) => void): (line: string) => void {
  const shownAt = new Map<string, number>()
  return line => {
    const text = readWarning(line)
    if (text === undefined || Date.now() - (shownAt.get(text) ?? 0) < QUIET_MS) return
    shownAt.set(text, Date.now())
    say(`  ${name}: ${text}`)
  }
}

/** What is no JSON was not written by the logger: a crash, which is always shown. */
function readWarning(line: string): string | undefined {
  if (!line.startsWith('{')) return line.trim() === '' ? undefined : line
  try {
    const { level, msg, err, error } = JSON.parse(line)
    if (level < WARN_LEVEL) return undefined
    const detail = err?.message ?? error
    return typeof detail === 'string' ? `${msg} (${detail})` : String(msg)
  } catch {
    return line
  }
}
