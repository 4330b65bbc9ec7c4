import type { Awaitable } from './awaitable.ts'
import type { TenantDirectory } from './directory/directory.ts'
import { liveTenants } from './directory/memory.ts'
import type { PreparedTenant } from './tenant.ts'
import { createCachedLookup } from './tenant-lookup/cached-lookup.ts'
import { createLiveLookup } from './tenant-lookup/live-lookup.ts'
import { createUncachedLookup } from './tenant-lookup/uncached-lookup.ts'
import type { NotReady } from './tenant-lookup/warm.ts'

/**
 * Finds tenants, ready to judge with. Answers at once where it can.
 *
 * @throws AuthError `keys_unavailable`, also as a rejection, where it cannot tell
 */
export interface TenantLookup {
  byId(id: string): Awaitable<PreparedTenant | undefined>
  byApiKeyHash(hash: string): Awaitable<PreparedTenant | undefined>
  /** How long `byId` goes on answering with this very tenant; `undefined` where it has to be looked up each time. */
  hold(tenant: PreparedTenant): Hold | undefined
  /** Forgets a tenant, and what is being fetched. */
  invalidate(id: string): void
  /** Loads tenants ahead; tells which are not ready. */
  warm(ids: Iterable<string>): Promise<readonly NotReady[]>
}

/** How long an answer holds: with many tenants, to ask this takes a small part of looking the tenant up again. */
export interface Hold {
  /**
   * Whether a look-up would give the very same answer, at once, and change nothing, at an instant (seconds since the epoch).
   * `false` says nothing: it has to be looked up.
   */
  holdsAt(now: number): boolean
}

export interface TenantLookupOptions {
  readonly directory: TenantDirectory
  /** What the profile asks of a tenant on top; throws the reason. */
  readonly fits: (tenant: PreparedTenant) => void
  /** `ttl` and `maxStale` in seconds; `false`: ask the directory every time. */
  readonly cache: false | { maxEntries: number; ttl: number; maxStale: number }
  /** Whether tenants are looked up by API key too: then `warm` loads these. Default: false. */
  readonly apiKeys?: boolean
  readonly timeoutMs: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** 0 to 1, to spread what would come at once. Default: `Math.random`. */
  readonly random?: () => number
}

/**
 * Stands between the authenticator and a directory. A directory that is always current is asked for every request; of any
 * other the records are held, unless that is switched off.
 */
export function createTenantLookup(options: TenantLookupOptions): TenantLookup {
  const { directory, cache, fits } = options
  const live = liveTenants(directory)
  if (live !== undefined) return createLiveLookup(live, fits)
  return cache === false ? createUncachedLookup(options) : createCachedLookup(options, cache)
}
