import { LRUCache } from 'lru-cache'
import type { Awaitable } from '../awaitable.ts'
import { nameOf } from '../directory/sealed-tenants.ts'
import { reportTenant } from '../events.ts'
import type { PreparedTenant } from '../tenant.ts'
import type { Hold } from '../tenant-lookup.ts'
import {
  failAgain,
  isPausing,
  LONGEST_REFUSING,
  LONGEST_SERVING,
  type Failure,
} from './back-off.ts'
import { createFlights, type Airborne, type Flight, type Traffic } from './flights.ts'
import { HeldRecord } from './held-record.ts'
import type { Question } from './question.ts'
import type { RecordReader } from './record-reader.ts'
import { createTokenBucket } from './token-bucket.ts'
import { unavailable } from './unavailable.ts'

/** The records that answer one kind of question: by id, or by API key. */
export interface Records {
  /** Answers at once where a record is held. @throws AuthError `keys_unavailable`, also as a rejection */
  readonly find: (key: string) => Awaitable<PreparedTenant | undefined>
  /** The same for a key that the service itself names: "unknown" is asked again, and no flood is in its way. */
  readonly load: (key: string) => Awaitable<PreparedTenant | undefined>
  /** How long `find` goes on answering a key with a tenant. */
  readonly hold: (key: string, tenant: PreparedTenant) => Hold | undefined
  /** Ends what is held for one key, and what is on the way. */
  invalidate(key: string): void
  /** Ends what is held of a tenant, whatever the key, and everything that could turn out to be of it. */
  invalidateTenant(id: string): void
}

export interface RecordsOptions {
  readonly question: Question
  readonly reader: RecordReader
  readonly maxEntries: number
  /** Seconds, as is `maxStale`. */
  readonly ttl: number
  readonly maxStale: number
  readonly timeoutMs: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** 0 to 1. */
  readonly random: () => number
  readonly traffic: Traffic
  /** Whether a key that is not held is of a tenant that was known before. */
  readonly isKnown: (key: string) => boolean
  /** Told when the directory no longer knows what it knew before. */
  readonly onGone: (key: string) => void
}

/** "Unknown" is remembered so long and no longer: a tenant that was just made must be seen soon. Milliseconds. */
const LONGEST_UNKNOWN = 5000

/** How many unknown, and how many failing keys are remembered, apart from the records. */
const REMEMBERED = 1000

/** Questions for strangers that the directory may answer with "unknown": so many at once, so many a second after that. */
const STRANGERS = { burst: 1000, perSecond: 50 }

/** Holds records for `ttl`, and for `maxStale` while the directory fails. What is gone is never served. */
export function createRecords(options: RecordsOptions): Records {
  const { question, reader, maxEntries, timeoutMs, now, random, traffic, isKnown, onGone } = options
  const ttl = options.ttl * 1000
  const maxStale = options.maxStale * 1000
  const unknownFor = Math.min(ttl, LONGEST_UNKNOWN)
  // What had to make room ends for those who hold it as well: what they are told is what a look-up would say.
  const entries = new LRUCache<string, HeldRecord>({
    max: maxEntries,
    dispose: (entry) => entry.end(),
  })
  const unknown = new LRUCache<string, number>({ max: REMEMBERED })
  const failing = new LRUCache<string, Failure>({ max: REMEMBERED })
  const strangers = createTokenBucket({ ...STRANGERS, now })
  const flights = createFlights(question, { landed, failed }, traffic, timeoutMs)

  // The path of most requests: one look-up, one comparison, nothing allocated.
  function find(key: string): Awaitable<PreparedTenant | undefined> {
    const entry = entries.get(key)
    return entry?.find(now()) ?? findFurther(key, entry, false)
  }

  function findFurther(
    key: string,
    entry: HeldRecord | undefined,
    isNamed: boolean,
  ): Awaitable<PreparedTenant | undefined> {
    const at = now()
    if (entry !== undefined) {
      if (isWithin(entry.askedAt, at, ttl)) {
        if (entry.isDue(at) && !isPausing(entry.failure, at, LONGEST_SERVING)) refresh(key, at)
        // Unless the directory, when it was asked, invalidated the tenant at once.
        if (entry.tenant !== undefined) return entry.tenant
      }
      const isServing = isWithin(entry.askedAt, at, maxStale)
      if (isPausing(entry.failure, at, isServing ? LONGEST_SERVING : LONGEST_REFUSING)) {
        if (isServing) return entry.tenant
        throw unavailable()
      }
    } else {
      if (isWithin(unknown.get(key), at, unknownFor)) return undefined
      if (isPausing(failing.get(key), at, LONGEST_REFUSING)) throw unavailable()
    }
    const flight =
      flights.get(key) ?? ask(key, at, entry === undefined && !isNamed && !isKnown(key))
    return flights.join(flight)
  }

  function refresh(key: string, askedAt: number): void {
    if (flights.get(key) === undefined && flights.hasRoom(false))
      flights.start(key, { askedAt, isStranger: false })
  }

  function ask(key: string, askedAt: number, isStranger: boolean): Airborne {
    if (!flights.hasRoom(isStranger)) throw unavailable('too many look-ups at once')
    // Taken now, and given back to whoever turns out to exist: so the bound is one on calls.
    if (isStranger && !strangers.take()) throw unavailable('too many unknown tenants lately')
    return flights.start(key, { askedAt, isStranger })
  }

  function landed(
    key: string,
    record: unknown,
    flight: Flight,
    isCurrent: boolean,
  ): PreparedTenant | undefined {
    const reading = reader.read(record, question, key, isCurrent)
    if (reading === 'garbage') return failed(key, flight, isCurrent)
    if (reading === undefined) {
      if (isCurrent) rememberUnknown(key, flight)
      else retract(key, flight)
      return undefined
    }
    if (flight.isStranger) strangers.giveBack()
    if (reading === 'broken') {
      // It is the directory's word about this tenant, so what was held before it is over.
      if (isCurrent) rememberBroken(key)
      else retract(key, flight)
      throw unavailable()
    }
    if (isCurrent) remember(key, reading, flight)
    return reading
  }

  function remember(key: string, tenant: PreparedTenant, flight: Flight): void {
    unknown.delete(key)
    failing.delete(key)
    // From three quarters of `ttl` to nine tenths: tenants that came together do not come together again.
    const refreshAt = ttl * (0.75 + 0.15 * random())
    const last = entries.peek(key)
    // Another tenant is another record: the last one ends, for all who hold it.
    const entry = last?.tenant === tenant ? last : new HeldRecord(tenant)
    entry.renew(flight, refreshAt)
    entries.set(key, entry)
  }

  /** A "no" that came too late to be remembered still ends what is older. */
  function retract(key: string, { number }: Flight): void {
    const entry = entries.peek(key)
    if (entry?.tenant !== undefined && entry.number < number) entry.end()
  }

  function rememberBroken(key: string): void {
    const entry = entries.peek(key) ?? new HeldRecord()
    const failure = failAgain(entry.failure ?? failing.peek(key), now(), random)
    failing.delete(key)
    entry.end(failure)
    entries.set(key, entry)
  }

  function rememberUnknown(key: string, { askedAt }: Flight): void {
    const isGone = entries.delete(key) || isKnown(key)
    failing.delete(key)
    unknown.set(key, askedAt)
    if (isGone) onGone(key)
  }

  /** An outage: what was true a moment ago is served for a while, and only that. */
  function failed(
    key: string,
    { isStranger }: Flight,
    isCurrent: boolean,
  ): PreparedTenant | undefined {
    if (isStranger) strangers.giveBack()
    const entry = isCurrent ? entries.peek(key) : undefined
    reportTenant({ tenant: nameOf(entry?.tenant), reason: 'the directory failed or timed out' })
    if (!isCurrent) throw unavailable()
    const at = now()
    if (entry === undefined) failing.set(key, failAgain(failing.peek(key), at, random))
    else {
      entry.failure = failAgain(entry.failure, at, random)
      if (isWithin(entry.askedAt, at, maxStale)) return entry.tenant
    }
    throw unavailable()
  }

  function invalidate(key: string): void {
    flights.drop(key)
    unknown.delete(key)
    failing.delete(key)
    entries.peek(key)?.end()
  }

  return {
    find,
    hold(key, tenant) {
      const entry = entries.peek(key)
      return entry?.tenant === tenant ? entry : undefined
    },
    load(key) {
      unknown.delete(key)
      return findFurther(key, entries.get(key), true)
    },
    invalidate,
    invalidateTenant(id) {
      // Whose a key will turn out to be is not known before the answer, so all of those are asked anew.
      flights.dropAll()
      unknown.clear()
      failing.clear()
      for (const entry of entries.values())
        if (entry.tenant === undefined || entry.tenant.id === id) entry.end()
    },
  }
}

function isWithin(since: number | undefined, at: number, milliseconds: number): boolean {
  if (since === undefined) return false
  const age = at - since
  return age >= 0 && age < milliseconds
}
