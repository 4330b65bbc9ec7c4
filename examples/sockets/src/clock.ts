/** Time, for the service and its clients: in tests and in the tour it is moved by hand, so that nobody sleeps. */
export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Calls back after so many milliseconds; what it returns calls that off. */
  readonly timer: (callback: () => void, ms: number) => () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  timer(callback, ms) {
    const timer = setTimeout(callback, ms).unref()
    return () => clearTimeout(timer)
  },
}

export interface ManualClock extends Clock {
  /** Runs the timers that are due, in their order. */
  readonly advance: (ms: number) => void
  /** How many timers are set. */
  readonly timers: () => number
}

export function createManualClock(start: number): ManualClock {
  let now = start
  const timers = new Set<{ readonly at: number; readonly callback: () => void }>()
  const next = (until: number) =>
    [...timers].filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at)[0]
  return {
    now: () => now,
    timer(callback, ms) {
      const timer = { at: now + ms, callback }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    advance(ms) {
      const until = now + ms
      for (let due = next(until); due !== undefined; due = next(until)) {
        timers.delete(due)
        now = due.at
        due.callback()
      }
      now = until
    },
    timers: () => timers.size,
  }
}
