/** How a look-up has failed lately. */
export interface Failure {
  /** How often in a row. */
  readonly times: number
  /** Milliseconds since the epoch. */
  readonly at: number
  /** How much of each pause is waited: a half to all of it. */
  readonly share: number
}

/** The longest pause, in milliseconds, where an earlier record is served meanwhile. */
export const LONGEST_SERVING = 30_000

/** The longest pause where nothing can be served: it is what `Retry-After` says. */
export const LONGEST_REFUSING = 5000

const FIRST = 1000

/**
 * Notes one more failure. `random` (0 to 1) says which share of the pause is waited, so that tenants which failed together
 * are not asked for together again.
 */
export function failAgain(earlier: Failure | undefined, at: number, random: () => number): Failure {
  return { times: (earlier?.times ?? 0) + 1, at, share: 0.5 + random() / 2 }
}

/**
 * Whether the directory is left alone still: for 1 s after the first failure, twice as long after each further one, up to
 * `longest`. A failure that is still to come, on a clock that jumped back, is none.
 */
export function isPausing(failure: Failure | undefined, at: number, longest: number): boolean {
  if (failure === undefined) return false
  const age = at - failure.at
  return age >= 0 && age < Math.min(FIRST * 2 ** (failure.times - 1), longest) * failure.share
}
