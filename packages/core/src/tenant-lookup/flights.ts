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
  /** Whether the tenant was not known when it was asked for. */
  readonly isStranger: boolean
}

/** Told of the end of each call. `isCurrent`: whether nothing was dropped since it began. Both may throw a refusal. */
export interface Ground {
  landed(key: string, record: unknown, flight: Flight, isCurrent: boolean): Found
  failed(key: string, flight: Flight, isCurrent: boolean): Found
}

export interface Flights {
  isFlying(key: string): boolean
  /** Whether another call may be made. */
  hasRoom(isStranger: boolean): boolean
  /** Makes a call, at once. */
  start(key: string, flight: Flight): void
  /** Waits for a call that was made. @throws AuthError `keys_unavailable` where too many wait */
  join(key: string): Promise<Found>
  /** Lets go of a call: those who wait for it are answered, and nobody else. */
  drop(key: string): void
  dropAll(): void
}

interface Airborne extends Flight {
  waiters: number
  answer: Promise<Found>
}

/** One call at a time for each key, with a time limit, for everybody who asks meanwhile. */
export function createFlights(
  question: Question,
  ground: Ground,
  traffic: Traffic,
  timeoutMs: number,
): Flights {
  const flying = new Map<string, Airborne>()

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
    isFlying: (key) => flying.has(key),
    hasRoom: (isStranger) => traffic.calls < (isStranger ? MOST_CALLS - FOR_THE_KNOWN : MOST_CALLS),
    start(key, { askedAt, isStranger }) {
      const flight = { askedAt, isStranger, waiters: 0 } as Airborne
      traffic.calls += 1
      flying.set(key, flight)
      flight.answer = call(key, flight)
      abandon(flight.answer) // nobody may be waiting
    },
    join(key) {
      const flight = flying.get(key) as Airborne
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
