import fc from 'fast-check'
import { expect } from 'vitest'

const { RUNS, SEED } = process.env

/** Holds a property. `RUNS` replaces the number of runs, `SEED` the seed, which a failure prints. */
export function holds<Values extends unknown[]>(
  runs: number,
  property: fc.IProperty<Values>,
): void {
  fc.assert(property, parameters(runs))
}

/** The same for a property that has to wait, such as for a database. */
export async function holdsAsync<Values extends unknown[]>(
  runs: number,
  property: fc.IAsyncProperty<Values>,
): Promise<void> {
  await fc.assert(property, parameters(runs))
}

function parameters(runs: number): { numRuns: number; seed?: number } {
  const numRuns = RUNS === undefined ? runs : Number(RUNS)
  return { numRuns, ...(SEED !== undefined && { seed: Number(SEED) }) }
}

/** Guards against a vacuous property: enough of the cases were of this kind. Few runs say nothing about that. */
export function expectShare(part: number, cases: number, atLeast: number): void {
  if (cases >= 1000) expect(part / cases).toBeGreaterThan(atLeast)
}
