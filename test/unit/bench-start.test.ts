import { describe, expect, test } from 'vitest'
import { readOptions } from '../bench/start/options.ts'
import { buildBounds, isReached, type StartResults } from '../bench/start/results.ts'
import { tellVerdict } from '../bench/start/tell-results.ts'

test('without options each is started five times', () => {
  expect(readOptions([])).toEqual({ starts: 5, jsonFile: undefined })
  expect(readOptions(['--starts', '2', '--json', 'f'])).toEqual({ starts: 2, jsonFile: 'f' })
  expect(readOptions(['--starts', '2', '-h'])).toBe('help')
})

describe('a bad option is told in one line that names it', () => {
  test.each([
    [['--starts', '0'], '--starts'],
    [['--starts', '101'], '--starts'],
    [['--starts', ''], '--starts'],
    [['--starts', '1.5'], '--starts'],
    [['--what'], '--what'],
    [['more'], 'more'],
  ])('%j', (args, named) => {
    expect(() => readOptions(args)).toThrow(expect.objectContaining({ name: 'UsageError' }))
    expect(() => readOptions(args)).toThrow(named)
    expect(() => readOptions(args)).not.toThrow('\n')
  })
})

const RESULTS = {
  local: { fresh: [4_000, 9_000, 4_500], existing: [3_000, 3_100] },
  services: { ingress: [800], gateway: [900, 1_101], persister: [700], delivery: [600] },
  lambda: { bytes: 444_261, packages: [['zod', 93_000]], initMs: [100, 151, 152] },
  installed: { bytes: 60_000_000, packages: [] },
} as unknown as StartResults

test('a bound holds for the median of the starts', () => {
  const bounds = buildBounds(RESULTS)
  expect(bounds.map(({ measured }) => measured)).toEqual([
    ...[4.5, 3.05],
    ...[0.8, 1.000_5, 0.7, 0.6],
    ...[444.261, 151],
  ])
  expect(bounds.filter(bound => !isReached(bound)).map(({ name }) => name)).toEqual([
    'gateway ready, s',
    'Lambda init, ms',
  ])
})

test('the verdict is one line', () => {
  expect(tellVerdict(RESULTS)).toBe(
    'npm start ready in 3.05 s (new data 4.50 s), slowest service in 1.00 s, Lambda 444 kB, init 151 ms, production dependencies 60.0 MB',
  )
})
