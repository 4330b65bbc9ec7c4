import { abandon, settled, withTimeout } from '../awaitable.ts'
import type { PreparedTenant } from '../tenant.ts'
import type { Question } from './question.ts'
import { unavailable } from './unavailable.ts'

/** Calls of a directory at once, for ids and API keys together. */
const MOST_CALLS = 1000

/** What is left of these for tenants that were known before: strangers cannot have all of them. */
const FOR_THE_KNOWN = 250

/** Requests that wait for one call. */
const MOST_WAITERS_OF_ONE = 10_000

/** Requests that wait for any. */
const MOST_WAITERS = 50_000

/** How much is asked of one directory at the moment. */
export interface Traffic {
  calls: number
  waiters: number
}

type Found = PreparedTenant | undefined

/** A call that has not been answered. */
export interface Flight {
  /** Milliseconds since the epoch. */
  readonly askedAt: number
  /** In which order calls were made, whatever the clock says. */
  readonly number: number
  /** Whether the tenant was not known when it was asked for. */
  readonly isStranger: boolean
}

/** Told of the end of each call. `isCurrent`: whether nothing was dropped since it began. Both may throw a refusal. */
export interface Ground {
  landed(key: string, record: unknown, flight: Flight, isCurrent: boolean): Found
  failed(key: string, flight: Flight, isCurrent: boolean): Found
}

export interface Flights {
  /** The call for a key that is on its way. */
  get(key: string): Airborne | undefined
  /** Whether another call may be made. */
  hasRoom(isStranger: boolean): boolean
  /** Makes a call, at once. */
  start(key: string, flight: Omit<Flight, 'number'>): Airborne
  /** Waits for a call. @throws AuthError `keys_unavailable` where too many wait */
  join(flight: Airborne): Promise<Found>
  /** Lets go of a call: those who wait for it are answered, and nobody else. */
  drop(key: string): void
  dropAll(): void
}

export interface Airborne extends Flight {
  waiters: number
  readonly answer: Promise<Found>
}

/** One call at a time for each key, with a time limit, for everybody who asks meanwhile. */
export function createFlights(
  question: Question,
  ground: Ground,
  traffic: Traffic,
  timeoutMs: number,
): Flights {
  const flying = new Map<string, Airborne>()
  let calls = 0

  async function call(key: string, flight: Airborne): Promise<Found> {
    let record: unknown
    let hasFailed = false
    try {
      record = await withTimeout(timeoutMs, (signal) =>
        settled<unknown>(question.ask(key, { signal })),
      )
    } catch {
      hasFailed = true
    }
    traffic.calls -= 1
    traffic.waiters -= flight.waiters
    const isCurrent = flying.get(key) === flight
    if (isCurrent) flying.delete(key)
    return hasFailed
      ? ground.failed(key, flight, isCurrent)
      : ground.landed(key, record, flight, isCurrent)
  }

  return {
    get: (key) => flying.get(key),
    hasRoom: (isStranger) => traffic.calls < (isStranger ? MOST_CALLS - FOR_THE_KNOWN : MOST_CALLS),
    start(key, { askedAt, isStranger }) {
      let settle!: (answer: Promise<Found>) => void
      const answer = new Promise<Found>((resolve) => {
        settle = resolve
      })
      abandon(answer) // nobody may be waiting
      const flight: Airborne = { askedAt, number: (calls += 1), isStranger, waiters: 0, answer }
      traffic.calls += 1
      // All is in place before the directory is called: it may look a tenant up itself, or invalidate one.
      flying.set(key, flight)
      settle(call(key, flight))
      return flight
    },
    join(flight) {
      if (flight.waiters >= MOST_WAITERS_OF_ONE || traffic.waiters >= MOST_WAITERS)
        throw unavailable('too many requests wait for the tenant directory')
      flight.waiters += 1
      traffic.waiters += 1
      return flight.answer
    },
    drop: (key) => void flying.delete(key),
    dropAll: () => flying.clear(),
  }
}
