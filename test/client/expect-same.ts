/** Throws, and says where they differ first. Both are plain data. */
export function expectSame(actual: unknown, expected: unknown, what = 'value'): void {
  const difference = findDifference(actual, expected, what)
  if (difference !== undefined) throw new Error(difference)
}

export function isSame(actual: unknown, expected: unknown): boolean {
  return findDifference(actual, expected, '') === undefined
}

export function findDifference(actual: unknown, expected: unknown, path: string): string | undefined {
  if (Object.is(actual, expected)) return undefined
  if (!isObject(actual) || !isObject(expected) || Array.isArray(actual) !== Array.isArray(expected))
    return `${path} is ${show(actual)}, expected ${show(expected)}`
  for (const key of new Set([...Object.keys(actual), ...Object.keys(expected)])) {
    const difference = findDifference(actual[key], expected[key], `${path}.${key}`)
    if (difference !== undefined) return difference
  }
  return undefined
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function show(value: unknown): string {
  return String(JSON.stringify(value)).slice(0, 300)
}
