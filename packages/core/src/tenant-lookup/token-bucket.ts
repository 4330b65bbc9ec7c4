/** A budget that fills up again with time. */
export interface TokenBucket {
  /** Takes one token, if there is one. */
  take(): boolean
  /** Puts one back that turned out not to be needed. */
  giveBack(): void
}

export interface TokenBucketOptions {
  /** How many tokens it holds at most, and at first. */
  readonly burst: number
  readonly perSecond: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Time that runs backwards gives no tokens and takes none: refilling goes on from the new time. */
export function createTokenBucket({ burst, perSecond, now }: TokenBucketOptions): TokenBucket {
  let tokens = burst
  let filledAt = NaN

  function fill(): void {
    const at = now()
    const passed = at - filledAt
    filledAt = at
    if (passed > 0) tokens = Math.min(burst, tokens + (passed * perSecond) / 1000)
  }

  return {
    take() {
      fill()
      if (tokens < 1) return false
      tokens -= 1
      return true
    },
    giveBack() {
      tokens = Math.min(burst, tokens + 1)
    },
  }
}
