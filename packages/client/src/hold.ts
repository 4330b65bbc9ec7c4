/** A time in which something is not tried again, longer each time in a row. Milliseconds. */
export interface Hold {
  /** 0: the next one is short again. */
  length: number
  /** 0: this one ends. */
  end: number
  /** When it ends; `undefined` when it is over. */
  readonly until: () => number | undefined
  begin(): void
}

export function createHold(now: () => number, first: number, longest: number): Hold {
  const hold: Hold = {
    length: 0,
    end: 0,
    until() {
      const left = hold.end - now()
      // A clock that was set back in between must not make it longer.
      return left > 0 && left <= longest ? hold.end : undefined
    },
    begin() {
      hold.length = Math.min(hold.length * 2 || first, longest)
      hold.end = now() + hold.length
    },
  }
  return hold
}
