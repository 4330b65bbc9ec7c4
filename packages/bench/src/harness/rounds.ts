import type { Facts } from './race.ts'

/** What one round of one contender took. */
export interface Sample {
  /** How many things were done. */
  readonly operations: number
  /** Nanoseconds of the clock. */
  readonly wall: number
  /** Nanoseconds of processor time, of all threads of the process that did the work. */
  readonly cpu: number
}

/** One that takes part in rounds, wherever it runs. */
export interface Entrant {
  readonly name: string
  round(): Promise<Sample>
  /** What it counted; asked for after the last round. */
  facts?(): Promise<Facts>
  close(): void
}

/** The samples of each entrant, by name, in the order of the rounds. */
export type Results = ReadonlyMap<string, readonly Sample[]>

/** How the entrants run one round: gives their samples in their order. */
export type RunRound<E extends Entrant> = (entrants: readonly E[]) => Promise<readonly Sample[]>

/** One entrant after the other. */
export async function oneByOne(entrants: readonly Entrant[]): Promise<readonly Sample[]> {
  const samples: Sample[] = []
  for (const entrant of entrants) samples.push(await entrant.round())
  return samples
}

/**
 * Lets every entrant run once per round. The one that ran first runs last in the next round, so that nobody always
 * stands after the same neighbour.
 */
export async function compete<E extends Entrant>(
  entrants: readonly E[],
  rounds: number,
  runRound: RunRound<E> = oneByOne,
): Promise<Results> {
  const results = new Map<string, Sample[]>(entrants.map(({ name }) => [name, []]))
  if (results.size < entrants.length) throw new Error('two entrants have the same name')
  for (let round = 0; round < rounds; round += 1) {
    const order = rotated(entrants, round)
    for (const [index, sample] of (await runRound(order)).entries())
      results.get((order[index] as E).name)?.push(sample)
  }
  return results
}

/** How often entrants are started anew, how many rounds they run each time, and how. */
export interface Competition<E extends Entrant> {
  readonly generations: number
  readonly rounds: number
  /** Starts the entrants. */
  readonly open: () => Promise<readonly E[]>
  readonly runRound?: RunRound<E>
  /** What is still to be asked of the entrants of the last time. */
  readonly last?: (entrants: readonly E[]) => Promise<void>
}

/**
 * Lets entrants compete, closes them, and does it again with new ones, so often. How well a process happens to compile its
 * code differs by more than what is compared here, and stays as it is until it ends.
 */
export async function competeAnew<E extends Entrant>({
  generations,
  rounds,
  open,
  runRound,
  last,
}: Competition<E>): Promise<Results> {
  const results = new Map<string, readonly Sample[]>()
  for (let generation = 1; generation <= generations; generation += 1) {
    const entrants = await open()
    try {
      for (const [name, samples] of await compete(entrants, rounds, runRound))
        results.set(name, [...(results.get(name) ?? []), ...samples])
      if (generation === generations) await last?.(entrants)
    } finally {
      for (const entrant of entrants) entrant.close()
    }
  }
  return results
}

/** The list, begun at another place. */
export function rotated<T>(list: readonly T[], by: number): T[] {
  const first = list.length === 0 ? 0 : by % list.length
  return [...list.slice(first), ...list.slice(0, first)]
}

/** Nanoseconds per operation, round by round. @throws Error for a name that did not take part */
export function times(results: Results, name: string, clock: 'wall' | 'cpu'): number[] {
  const samples = results.get(name)
  if (samples === undefined) throw new Error(`"${name}" did not take part`)
  return samples.map((sample) => sample[clock] / sample.operations)
}
