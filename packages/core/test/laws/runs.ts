// Every randomised test prints the seed it ran with; SEED and RUNS in the environment repeat or lengthen it.

const { SEED, RUNS } = process.env

/** The seed of this process. */
export const seed: number = SEED === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(SEED)

/** How often a property runs: `RUNS`, or what it runs by default. */
export function runs(byDefault: number): number {
  return RUNS === undefined ? byDefault : Number(RUNS)
}

/** Milliseconds that a property may take: an hour where somebody asked for more runs. */
export function patience(byDefault: number): number {
  return RUNS === undefined ? byDefault : 3_600_000
}

export interface Parameters {
  readonly seed: number
  readonly numRuns: number
  /** Whether it runs as often as by default, at least: then it must reach what it is about. */
  readonly isFull: boolean
}

/** Prints what is needed to repeat a run, and gives fast-check's parameters for it. */
export function parameters(name: string, byDefault: number): Parameters {
  const numRuns = runs(byDefault)
  process.stdout.write(`${name}: SEED=${seed} RUNS=${numRuns}\n`)
  return { seed, numRuns, isFull: numRuns >= byDefault }
}
