import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RecentMap } from '../../shared/recent-map.ts'

const MAX = 4

type Step = ['get' | 'set' | 'delete', number]
const step = fc.tuple(fc.constantFrom('get', 'set', 'delete'), fc.nat(12)) as fc.Arbitrary<Step>

test('the keys used last are there with their last value, and what was deleted is not', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const map = new RecentMap<number, string>(MAX)
      /** What each key has, the one used last behind the others. */
      const model = new Map<number, string>()
      steps.forEach(([what, key], index) => {
        const known = model.get(key)
        if (what === 'delete') {
          map.delete(key)
          model.delete(key)
          return
        }
        const isRecent = [...model.keys()].slice(-MAX).includes(key)
        if (what === 'set') map.set(key, `${index}`)
        else {
          const found = map.get(key)
          expect(found === undefined && !isRecent ? known : found).toBe(known)
          if (found === undefined) return
        }
        model.delete(key)
        model.set(key, what === 'set' ? `${index}` : (known as string))
      })
      for (const key of [...model.keys()].slice(-MAX)) expect(map.get(key)).toBe(model.get(key))
    }),
  )
})

test('it never holds more than twice as many', () => {
  const map = new RecentMap<number, number>(MAX)
  for (let key = 0; key < 1_000; key++) map.set(key, key)
  const held = Array.from({ length: 1_000 }, (_, key) => key).filter(key => map.get(key) !== undefined)
  expect(held.length).toBeGreaterThanOrEqual(MAX)
  expect(held.length).toBeLessThanOrEqual(2 * MAX)
  expect(held.at(-1)).toBe(999)
})
