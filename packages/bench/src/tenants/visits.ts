import { randomNumbers } from '../filters/documents.ts'

/**
 * Who visits, one after the other: numbers from 0 on, the one with the number `n` about `n + 1` times as seldom as the
 * first one (Zipf's law with exponent 1).
 */
export function zipfVisits(visitors: number, visits: number): number[] {
  const random = randomNumbers(7)
  const shares = new Float64Array(visitors)
  let sum = 0
  for (let visitor = 0; visitor < visitors; visitor += 1) {
    sum += 1 / (visitor + 1)
    shares[visitor] = sum
  }
  return Array.from({ length: visits }, () => firstAbove(shares, random() * sum))
}

/** The place of the first number that is larger. */
function firstAbove(ascending: Float64Array, limit: number): number {
  let low = 0
  let high = ascending.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ascending[middle] as number) > limit) high = middle
    else low = middle + 1
  }
  return low
}
