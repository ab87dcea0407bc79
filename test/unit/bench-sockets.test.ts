import { describe, expect, test } from 'vitest'
import { reasonOf, sourceOf } from '../bench/sockets/clients/device.ts'
import { createStormRecord } from '../bench/sockets/clients/storm-record.ts'
import { readOptions } from '../bench/sockets/options.ts'
import { buildBounds, isClean, type SocketsResults } from '../bench/sockets/results.ts'
import { tellVerdict } from '../bench/sockets/tell-results.ts'
import { usedCpu } from '../bench/sockets/watch-processes.ts'

test('without options there are ten thousand sockets', () => {
  expect(readOptions([])).toEqual({
    ...{ sockets: 10_000, idleSeconds: 30, rate: 500, seconds: 20, stormRate: 50 },
    ...{ jsonFile: undefined, profileDir: undefined },
  })
  expect(readOptions(['--sockets', '5', '-h'])).toBe('help')
})

describe('a bad option is told in one line that names it', () => {
  test.each([
    [['--sockets', '0'], '--sockets'],
    [['--sockets', '1e4'], '--sockets'],
    [['--rate', ''], '--rate'],
    [['--idle', '601'], '--idle'],
    [['--what'], '--what'],
    [['more'], 'more'],
  ])('%j', (args, named) => {
    expect(() => readOptions(args)).toThrow(named)
    expect(() => readOptions(args)).not.toThrow(/\n/)
  })
})

test('no source address has more sockets than it has ports', () => {
  expect([0, 19_999, 20_000, 45_000].map(sourceOf)).toEqual([
    {},
    {},
    { localAddress: '127.0.0.2' },
    { localAddress: '127.0.0.3' },
  ])
})

test('a failed attempt is told by its status or its code', () => {
  expect(reasonOf(new Error('Unexpected server response: 503'))).toBe('HTTP 503')
  expect(reasonOf(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }))).toBe('ECONNREFUSED')
  expect(reasonOf(new Error('Opening handshake has timed out'))).toBe('Opening handshake has timed out')
})

test('missing is what was accepted and neither pushed nor found, by who should have it', () => {
  const record = createStormRecord()
  for (const [id, pair] of [
    ['a', 0],
    ['b', 0],
    ['c', 1],
    ['d', 2],
    ['e', 3],
  ] as const)
    record.sent(id, pair)
  record.received('a')
  for (const id of ['a', 'b', 'c', 'd']) record.answered(id, true)
  record.answered('e', false)
  record.received('unknown')
  expect(record.missing()).toEqual(
    new Map([
      [0, ['b']],
      [1, ['c']],
      [2, ['d']],
    ]),
  )
  record.received('c')
  expect(record).toMatchObject({ accepted: 4, arrived: 2, refused: 1 })
})

test('of a gateway that was replaced, all CPU counts', () => {
  const before = { gateway: 500, delivery: 100 }
  const after = { gateway: 300, delivery: 150 }
  expect(usedCpu(before, after, { isNew: true })).toEqual({ gateway: 300, delivery: 50 })
  expect(usedCpu(before, { ...after, gateway: 700 })).toEqual({ gateway: 200, delivery: 50 })
})

const RESULTS = {
  sockets: 10_000,
  memory: [
    { when: 'before', rss: 100, heapUsed: 0, external: 0 },
    { when: 'after', rss: 250, heapUsed: 0, external: 0 },
  ],
  push: { lost: 0, doubled: 0, outOfOrder: 0, pushMs: { p50: 1, p95: 2, p99: 3, max: 4 } },
  storm: { allBackSeconds: 12.34 },
  catchUp: { lost: 0, differing: 0 },
  stored: { stored: 10, lost: 0, doubled: 0, gaps: 0 },
} as unknown as SocketsResults

test('memory counts from before the first connection to the end of the idle time', () => {
  expect(buildBounds(RESULTS).map(({ measured }) => measured)).toEqual([15, 12.34, 0])
  expect(tellVerdict(RESULTS)).toBe(
    '10000 sockets, 15.0 kB each, push p99 3.00 ms, all back in 12.3 s, lost 0',
  )
})

test('a message that nobody has any more is wrong, whatever the times', () => {
  expect(isClean(RESULTS)).toBe(true)
  expect(isClean({ ...RESULTS, catchUp: { ...RESULTS.catchUp, lost: 1 } })).toBe(false)
  expect(isClean({ ...RESULTS, catchUp: { ...RESULTS.catchUp, differing: 1 } })).toBe(false)
  expect(isClean({ ...RESULTS, stored: { ...RESULTS.stored, gaps: 1 } })).toBe(false)
})
