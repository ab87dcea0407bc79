import { expect, test } from 'vitest'
import { DISTURBANCES, KILLS } from './fault-names.ts'
import { readOptions } from './options.ts'
import { planFaults } from './plan-faults.ts'
import { createRandom } from './random.ts'

const plan = (seed: number, kills: number, only?: Parameters<typeof planFaults>[0]['only']) =>
  planFaults({ kills, messages: 1000, ...(only && { only }) }, createRandom(seed)).map(
    ({ name, atMessage }) => `${atMessage} ${name}`,
  )

test('the same seed plans the same faults, another seed others', () => {
  expect(plan(1, 20)).toEqual(plan(1, 20))
  expect(plan(1, 20)).not.toEqual(plan(2, 20))
})

test('a long run meets every fault, and has messages after the last one', () => {
  const planned = planFaults({ kills: 20, messages: 1000 }, createRandom(3))
  expect(planned).toHaveLength(40)
  expect(new Set(planned.map(({ name }) => name))).toEqual(new Set([...KILLS, ...DISTURBANCES]))
  expect(planned.at(-1)?.atMessage).toBeLessThan(1000)
})

test('only the faults asked for are planned', () => {
  const names = plan(1, 5, ['machine', 'push-gone']).map(line => line.split(' ')[1])
  expect(names).toEqual(Array.from({ length: 5 }, () => ['machine', 'push-gone']).flat())
})

test.each([
  [['--kills', 'many'], '--kills must be a whole number, 0 or more'],
  [['--only', 'kill,flood'], '--only: no fault flood'],
  [['--speed', '3'], "Unknown option '--speed'"],
])('%j is refused in one line', (args, line) => {
  expect(() => readOptions(args, () => {})).toThrow(line)
})
