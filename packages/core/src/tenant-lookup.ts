import { LRUCache } from 'lru-cache'
import { settled, withTimeout, type Awaitable } from './awaitable.ts'
import type { DirectoryAnswer, TenantDirectory } from './directory/directory.ts'
import { isLive } from './directory/memory.ts'
import { nameOf, preparedFrom } from './directory/sealed-tenants.ts'
import { AuthError } from './errors.ts'
import { reportTenant } from './events.ts'
import { copyRecord, prepareTenant, type PreparedTenant } from './tenant.ts'

/** Finds tenants, ready to judge with. Answers at once where it can; rejects only when it cannot tell. */
export interface TenantLookup {
  byId(id: string): Awaitable<PreparedTenant | undefined>
  byApiKeyHash(hash: string): Awaitable<PreparedTenant | undefined>
  /** Forgets a tenant, and what is being fetched. */
  invalidate(id: string): void
}

export interface TenantLookupOptions {
  readonly directory: TenantDirectory
  /** What the profile asks of a tenant on top; throws the reason. */
  readonly fits: (tenant: PreparedTenant) => void
  /** `ttl` and `maxStale` in seconds; `false`: ask the directory every time. */
  readonly cache: false | { maxEntries: number; ttl: number; maxStale: number }
  readonly timeoutMs: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

interface Entry {
  readonly tenant: PreparedTenant
  readonly fetchedAt: number
  /** When the directory failed last; it is left alone for a moment then. */
  failedAt: number
}

/** A way to ask for a tenant, and to tell whether the answer is the one that was asked for. */
interface Question {
  readonly ask: (signal: AbortSignal) => DirectoryAnswer
  readonly owns: (tenant: PreparedTenant) => boolean
}

/** Seconds that a failing directory is left alone, for a tenant whose record is at hand. */
const PAUSE = 5

const UNCACHED_ENTRIES = 10_000

/**
 * Stands between the authenticator and a directory: one call at a time per id and per API key, a time limit, records held for
 * `ttl` and, while the directory fails, for `maxStale`. What is gone is never served from the cache.
 *
 * @throws AuthError `keys_unavailable`, also as a rejection
 */
export function createTenantLookup(options: TenantLookupOptions): TenantLookup {
  const { directory, fits, cache, timeoutMs, now } = options
  const entries =
    cache === false || isLive(directory)
      ? undefined
      : new LRUCache<string, Entry>({ max: cache.maxEntries })
  const { ttl, maxStale } = cache === false ? { ttl: 0, maxStale: 0 } : cache
  const flights = new Map<string, Promise<PreparedTenant | undefined>>()
  // What a record was made into last: with the same revision it is not made again, so verdicts that rest on it hold.
  // Sealed records, of which live directories are made, are prepared already.
  const latest = isLive(directory)
    ? undefined
    : new LRUCache<string, PreparedTenant>({
        max: cache === false ? UNCACHED_ENTRIES : cache.maxEntries,
      })
  const fitting = new WeakSet<PreparedTenant>()

  function find(key: string, question: Question): Awaitable<PreparedTenant | undefined> {
    const entry = entries?.get(key)
    if (
      entry !== undefined &&
      isWithin(entry.fetchedAt, isWithin(entry.failedAt, PAUSE) ? maxStale : ttl)
    )
      return entry.tenant
    if (isLive(directory)) return accept(question.ask(NEVER), question)

    const flying = flights.get(key)
    if (flying !== undefined) return flying
    const flight = fetch(question)
      .then(
        (record) => {
          const tenant = accept(record, question)
          if (flights.get(key) === flight) remember(key, tenant)
          return tenant
        },
        () => {
          // An outage: what was true a moment ago is served for a while, and only that.
          reportTenant({
            tenant: nameOf(entry?.tenant),
            reason: 'the directory failed or timed out',
          })
          const held = entry !== undefined && entries?.peek(key) === entry
          if (!held || !isWithin(entry.fetchedAt, maxStale)) throw unavailable()
          entry.failedAt = now()
          return entry.tenant
        },
      )
      .finally(() => {
        if (flights.get(key) === flight) flights.delete(key)
      })
    flights.set(key, flight)
    return flight
  }

  function fetch({ ask }: Question): Promise<unknown> {
    return withTimeout(timeoutMs, (signal) => settled<unknown>(ask(signal)))
  }

  // A clock that jumped back makes an age negative: nothing is held by a time that is still to come.
  function isWithin(since: number, seconds: number): boolean {
    const age = now() - since
    return age >= 0 && age < seconds * 1000
  }

  function remember(key: string, tenant: PreparedTenant | undefined): void {
    if (tenant === undefined) entries?.delete(key)
    else entries?.set(key, { tenant, fetchedAt: now(), failedAt: -Infinity })
  }

  /** Turns a record into a tenant. The wrong record counts as none; a broken one is an outage of its own. */
  function accept(record: unknown, { owns }: Question): PreparedTenant | undefined {
    if (record === null || record === undefined) return undefined
    const tenant = prepare(record)
    if (owns(tenant)) return tenant
    reportTenant({ tenant: nameOf(tenant), reason: 'the directory gave it for another' })
    return undefined
  }

  function prepare(record: unknown): PreparedTenant {
    let copy: unknown
    try {
      const sealed = preparedFrom(record as object)
      copy = sealed ?? copyRecord(record)
      const tenant = sealed ?? prepareTenant(copy)
      const known = sealed ?? latest?.get(tenant.id)
      if (known?.revision === tenant.revision && fitting.has(known)) return known
      fits(tenant)
      fitting.add(tenant)
      latest?.set(tenant.id, tenant)
      return tenant
    } catch (error) {
      reportTenant({ tenant: nameOf(copy), reason: (error as Error).message })
      throw unavailable()
    }
  }

  return {
    byId: (id) =>
      find(`id ${id}`, {
        ask: (signal) => directory.find(id, { signal }),
        owns: (tenant) => tenant.id === id,
      }),
    byApiKeyHash: (hash) =>
      find(`key ${hash}`, {
        ask: (signal) => directory.findByApiKeyHash?.(hash, { signal }),
        owns: ({ apiKeyHashes }) => apiKeyHashes === undefined || apiKeyHashes.has(hash),
      }),
    invalidate(id) {
      latest?.delete(id)
      // Which tenant an API key will lead to is not known yet, so all of those are asked anew.
      for (const key of flights.keys())
        if (key === `id ${id}` || key.startsWith('key ')) flights.delete(key)
      if (entries === undefined) return
      for (const [key, entry] of entries) if (entry.tenant.id === id) entries.delete(key)
    },
  }
}

const NEVER = new AbortController().signal

function unavailable(): AuthError {
  return new AuthError('keys_unavailable', { reason: 'the tenant directory' })
}
