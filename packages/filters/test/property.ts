import fc from 'fast-check'

const { RUNS, SEED } = process.env

/** Holds a property. `RUNS` replaces the number of runs, `SEED` the seed, which a failure prints. */
export function holds<Values extends unknown[]>(
  runs: number,
  property: fc.IProperty<Values>,
): void {
  const numRuns = RUNS === undefined ? runs : Number(RUNS)
  fc.assert(property, { numRuns, ...(SEED !== undefined && { seed: Number(SEED) }) })
}
