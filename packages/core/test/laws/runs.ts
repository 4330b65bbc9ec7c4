// Every randomised test prints the seed it ran with; SEED and RUNS in the environment repeat or lengthen it.

const given = process.env['SEED']

/** The seed of this process. */
export const seed: number =
  given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given)

/** How often a property runs: `RUNS`, or what it runs by default. */
export function runs(byDefault: number): number {
  return Number(process.env['RUNS'] ?? byDefault)
}

/** Prints what is needed to repeat a run, and gives fast-check's parameters for it. */
export function parameters(
  name: string,
  byDefault: number,
): { readonly seed: number; readonly numRuns: number } {
  const numRuns = runs(byDefault)
  process.stdout.write(`${name}: SEED=${seed} RUNS=${numRuns}\n`)
  return { seed, numRuns }
}
