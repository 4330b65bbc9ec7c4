/** Where the figures of several rounds lie. */
export interface Summary {
  readonly min: number
  readonly lowerQuartile: number
  readonly median: number
  readonly upperQuartile: number
  readonly p90: number
}

/** @throws RangeError where there is nothing to summarise, or something that is no number */
export function summarise(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b)
  return {
    min: quantile(sorted, 0),
    lowerQuartile: quantile(sorted, 0.25),
    median: quantile(sorted, 0.5),
    upperQuartile: quantile(sorted, 0.75),
    p90: quantile(sorted, 0.9),
  }
}

/**
 * The value below which this share of the values lies, between two values in proportion (R-7, as in spreadsheets).
 *
 * `sorted` is in ascending order; `share` is from 0 to 1.
 *
 * @throws RangeError for an empty list, a value that is not finite, a share outside of its range
 */
export function quantile(sorted: readonly number[], share: number): number {
  if (sorted.length === 0 || !sorted.every(Number.isFinite))
    throw new RangeError('a quantile needs numbers')
  if (!(share >= 0 && share <= 1)) throw new RangeError('a share is from 0 to 1')
  const place = (sorted.length - 1) * share
  const below = sorted[Math.floor(place)] as number
  const above = sorted[Math.ceil(place)] as number
  return below + (above - below) * (place - Math.floor(place))
}

/**
 * How many times `of` is as large as `to`, round by round: a round's figures were taken next to each other, so that
 * what disturbed both cancels out. `net` is taken off both first.
 *
 * @throws RangeError where the lists are not as long as each other
 */
export function ratios(
  of: readonly number[],
  to: readonly number[],
  net: readonly number[] = of.map(() => 0),
): number[] {
  if (of.length !== to.length || of.length !== net.length)
    throw new RangeError('ratios need the same rounds')
  return of.map((value, round) => {
    const none = net[round] as number
    return (value - none) / ((to[round] as number) - none)
  })
}
