import { describe, expect, test } from 'vitest'
import { type BenchOptions, readOptions } from '../bench/options.ts'
import { readDescriptorLimit } from '../bench/preconditions.ts'

const read = (...args: string[]) => readOptions(args) as BenchOptions

test('without options there are three rounds of every load with 50 pairs', () => {
  expect(read()).toMatchObject({
    ...{ rounds: 3, pairs: [50], outstanding: [4, 16, 64], rates: [100, 500, 1_000, 2_000] },
    ...{ quick: false, senderSockets: false, jsonFile: undefined, profileDir: undefined },
    parts: new Set(['pipeline', 'direct', 'lean', 'limits']),
  })
})

test('a quick run is short, and takes what is asked of it all the same', () => {
  expect(read('--quick')).toMatchObject({ quick: true, rounds: 1, seconds: 2, outstanding: [16] })
  expect(read('--quick').parts).toEqual(new Set(['pipeline', 'direct']))
  expect(read('--quick', '--outstanding', '4', '--rounds', '2')).toMatchObject({
    rounds: 2,
    outstanding: [4],
  })
})

test('lists are read, `none` is an empty one, and nothing is measured twice', () => {
  expect(
    read('--pairs', '50,200', '--rates', 'none', '--outstanding', '16,16', '--only', 'direct'),
  ).toMatchObject({ pairs: [50, 200], rates: [], outstanding: [16], parts: new Set(['direct']) })
})

test('help is asked for', () => {
  expect(readOptions(['--help'])).toBe('help')
  expect(readOptions(['-h', '--quick'])).toBe('help')
})

describe('a bad option is told in one line that names it', () => {
  test.each([
    [['--pairs', '0'], '--pairs'],
    [['--pairs', '50,'], '--pairs'],
    [['--pairs', '100000'], '--pairs'],
    [['--pairs', 'none'], '--pairs'],
    [['--rounds', '1.5'], '--rounds'],
    [['--seconds', '-1'], '--seconds'],
    [['--rates', 'fast'], '--rates'],
    [['--only', 'nothing'], '--only'],
    [['--fast'], '--fast'],
    [['extra'], 'extra'],
  ])('%j', (args, named) => {
    expect(() => readOptions(args)).toThrow(expect.objectContaining({ name: 'UsageError' }))
    expect(() => readOptions(args)).toThrow(named)
    expect(() => readOptions(args)).not.toThrow('\n')
  })
})

test('the limit of file descriptors is the soft one', () => {
  const limits = (value: string) =>
    `Limit  Soft Limit  Hard Limit  Units\nMax open files            ${value}                 524288               files\n`
  expect(readDescriptorLimit(limits('1024'))).toBe(1_024)
  expect(readDescriptorLimit(limits('unlimited'))).toBe(Number.POSITIVE_INFINITY)
})
