/**
 * How a property is tried: always the same cases, so that a change fails for what it changed. `FC_SEED` chooses others
 * and `FC_RUNS` more, to hunt for what nobody has seen yet.
 */
export function propertyRuns(numRuns: number): { numRuns: number; seed: number } {
  const { FC_RUNS = numRuns, FC_SEED = 1 } = process.env
  return { numRuns: Number(FC_RUNS), seed: Number(FC_SEED) }
}
