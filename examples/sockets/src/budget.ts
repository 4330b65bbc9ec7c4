export interface Budget {
  /** Whether there was enough left. */
  readonly spend: (cost: number) => boolean
}

/** A bucket that holds `most` and refills by so much a second: what one connection may ask for. */
export function createBudget(most: number, perSecond: number, now: () => number): Budget {
  let left = most
  let at = now()
  return {
    spend(cost) {
      const elapsed = Math.max(0, now() - at) / 1000 // a clock can go back
      left = Math.min(most, left + elapsed * perSecond)
      at = now()
      if (left < cost) return false
      left -= cost
      return true
    },
  }
}
