import { abandon } from './awaitable.ts'
import type { TenantDirectory } from './directory/directory.ts'
import { memoryDirectory } from './directory/memory.ts'
import { nameOf, preparedFrom, TenantLoadError } from './directory/sealed-tenants.ts'
import type { KeySetFetch } from './key-set-fetch.ts'
import { numberOption, ownOptions } from './options.ts'
import { isProfile, type Profile } from './profile.ts'
import type { AuthRequest } from './request.ts'
import type { Revocation } from './revocation.ts'
import { checkFit, isTenantId, type PreparedTenant, type Tenant } from './tenant.ts'

/** What {@link createAuthenticator} takes. */
export interface AuthenticatorOptions<Custom = unknown> {
  /** The rules for tokens: {@link supportWidget}, {@link searchIntegration} or {@link defineProfile}. */
  readonly profile: Profile<Custom>
  /** The tenants, or where they are looked up. Left out only when `tenant` is a whole tenant. */
  readonly tenants?: TenantDirectory | readonly Tenant[]
  /**
   * Which tenant this deployment serves: its id, a whole `Tenant` (then `tenants` is left out), or a function of the
   * request, for host or path. It must agree with everything else that names a tenant.
   */
  readonly tenant?: string | Tenant | ((request: AuthRequest) => string | undefined)
  /** Seconds that clocks may differ. Default 30, 0 to 120. */
  readonly clockTolerance?: number
  /**
   * Tokens seen before, with their verdicts. `maxEntries`: 1 to 1 000 000, default 10 000. `maxBytes`: 65 536 to 2^32,
   * default 16 MiB. `false`: every token is judged afresh.
   */
  readonly tokenCache?: false | { readonly maxEntries?: number; readonly maxBytes?: number }
  /**
   * Records of a directory that is not in memory, and key sets. `maxEntries`: 1 to 1 000 000, default 10 000. `ttl`: seconds that a
   * record is held, 1 to 86 400, default 60; one that is in use is read again in the last quarter of it. `maxStale`:
   * seconds that it is held while the directory fails, 0 to 86 400, default 600 or `ttl`, whichever is longer. `false`: the
   * directory is asked for every request. A key set is held for ten minutes in any case, and `maxStale` longer while it
   * cannot be fetched (`false`: 600).
   */
  readonly directoryCache?:
    false | { readonly maxEntries?: number; readonly ttl?: number; readonly maxStale?: number }
  /**
   * Milliseconds to wait for the directory, for a key set and for revocation, each. Default 2000, 100 to 10 000. Then 503.
   */
  readonly lookupTimeout?: number
  /**
   * How the key sets of tenants with a `jwksUrl` are fetched: for proxies, private CAs and tests. It gets the address of
   * the record and an `init` that says `redirect: 'manual'`, and has to do what that says. Default: the global `fetch`.
   */
  readonly fetch?: KeySetFetch
  /** Asked for every token, also for one seen before. */
  readonly revocation?: Revocation
  /** The clock: milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number
}

const WHERE = 'createAuthenticator'
const NAMES = [
  'profile',
  'tenants',
  'tenant',
  'clockTolerance',
  'tokenCache',
  'directoryCache',
  'lookupTimeout',
  'fetch',
  'revocation',
  'now',
] as const
/** The options of an authenticator, checked and complete. */
export interface AuthenticatorSettings<Custom> {
  readonly profile: Profile<Custom>
  readonly directory: TenantDirectory
  readonly tokenCache: false | { readonly maxEntries: number; readonly maxBytes: number }
  readonly directoryCache:
    false | { readonly maxEntries: number; readonly ttl: number; readonly maxStale: number }
  /** Seconds. */
  readonly tolerance: number
  readonly timeoutMs: number
  readonly fetch: KeySetFetch
  /** Of how many tenants key sets are held, and for how many seconds beyond their age in an outage. */
  readonly keySets: { readonly maxEntries: number; readonly maxStale: number }
  readonly revocation: Revocation | undefined
  readonly now: () => number
  /** What the deployment says about the tenant; without a request, what it says about all of them. */
  readonly named: (request?: AuthRequest) => string | undefined
  /** Whether it is a function of the request that says so, as of its URL. */
  readonly readsUrl: boolean
}

/** @throws TypeError that names a wrong option, or the tenants of a list that are refused and why */
export function readAuthenticatorOptions<Custom>(
  options: AuthenticatorOptions<Custom>,
): AuthenticatorSettings<Custom> {
  const definite = ['profile', 'tenants', 'tenant', 'fetch'] as const
  const own = ownOptions<AuthenticatorOptions<Custom>>(WHERE, options, NAMES, definite)
  const { profile, revocation, now = Date.now, fetch = globalFetch } = own
  if (!isProfile(profile))
    throw new TypeError(
      `${WHERE}: option "profile" must come from defineProfile or a built-in profile`,
    )
  if (typeof now !== 'function') throw new TypeError(`${WHERE}: option "now" must be a function`)
  if (typeof fetch !== 'function')
    throw new TypeError(`${WHERE}: option "fetch" must be a function`)
  if (revocation !== undefined && typeof revocation?.isRevoked !== 'function')
    throw new TypeError(`${WHERE}: option "revocation" must have a function isRevoked`)
  const wait = { min: 100, max: 10_000, fallback: 2000 }
  const directoryCache = readDirectoryCache(own.directoryCache)
  return {
    profile,
    tolerance: number('clockTolerance', own.clockTolerance, { min: 0, max: 120, fallback: 30 }),
    timeoutMs: number('lookupTimeout', own.lookupTimeout, wait),
    named: readTenantOption(own.tenant),
    readsUrl: typeof own.tenant === 'function',
    directory: readDirectory(own, profile),
    directoryCache,
    fetch,
    keySets: directoryCache === false ? { maxEntries: 10_000, maxStale: 600 } : directoryCache,
    tokenCache: readTokenCache(own.tokenCache),
    revocation,
    now,
  }
}

// Looked up when it is needed: whoever replaces it later, as an agent for tracing does, is asked.
const globalFetch: KeySetFetch = async (url, init) => globalThis.fetch(url, init)

// lru-cache sets aside memory for every entry, so an unbounded number ends the process.
const ENTRIES = { min: 1, max: 1_000_000, fallback: 10_000, integer: true }
const BYTES = { min: 65_536, max: 2 ** 32, fallback: 2 ** 24, integer: true }
const DAY = 86_400

function number(
  name: string,
  value: unknown,
  rule: { min: number; max: number; fallback: number; integer?: boolean },
): number {
  return numberOption(`${WHERE}: option "${name}"`, value, rule)
}

function readTokenCache(
  value: AuthenticatorOptions['tokenCache'] = {},
): false | { maxEntries: number; maxBytes: number } {
  if (value === false) return false
  const own = ownOptions(`${WHERE}: option "tokenCache"`, value, ['maxEntries', 'maxBytes'])
  return {
    maxEntries: number('tokenCache.maxEntries', own.maxEntries, ENTRIES),
    maxBytes: number('tokenCache.maxBytes', own.maxBytes, BYTES),
  }
}

function readDirectoryCache(
  value: AuthenticatorOptions['directoryCache'] = {},
): false | { maxEntries: number; ttl: number; maxStale: number } {
  if (value === false) return false
  const own = ownOptions(`${WHERE}: option "directoryCache"`, value, [
    'maxEntries',
    'ttl',
    'maxStale',
  ])
  const ttl = number('directoryCache.ttl', own.ttl, { min: 1, max: DAY, fallback: 60 })
  return {
    maxEntries: number('directoryCache.maxEntries', own.maxEntries, ENTRIES),
    ttl,
    maxStale: number('directoryCache.maxStale', own.maxStale, {
      min: 0,
      max: DAY,
      fallback: Math.max(ttl, 600),
    }),
  }
}

function readTenantOption(
  tenant: AuthenticatorOptions['tenant'],
): AuthenticatorSettings<unknown>['named'] {
  if (tenant === undefined) return () => undefined
  if (typeof tenant === 'function')
    return (request) => {
      // Without a request there is nothing to ask the function about.
      if (request === undefined) return undefined
      const id: unknown = tenant(request)
      if (id === undefined || typeof id === 'string') return id
      abandon(id)
      throw new Error('the tenant option gave something that is no text')
    }
  const id = typeof tenant === 'string' ? tenant : tenant?.id
  if (!isTenantId(id))
    throw new TypeError(`${WHERE}: option "tenant" is not an id, a tenant or a function`)
  return () => id
}

function readDirectory<Custom>(
  { tenants, tenant }: AuthenticatorOptions<Custom>,
  profile: Profile<Custom>,
): TenantDirectory {
  if (typeof tenant === 'object') {
    if (tenants !== undefined)
      throw new TypeError(`${WHERE}: option "tenant" is a whole tenant, so leave out "tenants"`)
    return directoryOf([tenant], profile)
  }
  if (Array.isArray(tenants)) return directoryOf(tenants as readonly Tenant[], profile)
  const directory = tenants as TenantDirectory | undefined
  if (typeof directory?.find !== 'function')
    throw new TypeError(
      `${WHERE}: option "tenants" must be a list of tenants or have a function find`,
    )
  if (profile.tenant.apiKey !== null && typeof directory.findByApiKeyHash !== 'function')
    throw new TypeError(
      `${WHERE}: profile "${profile.name}" has API keys, so "tenants" needs a function findByApiKeyHash`,
    )
  return directory
}

// A list is known whole, so that a tenant which this profile could never serve is refused now.
function directoryOf<Custom>(
  tenants: readonly Tenant[],
  profile: Profile<Custom>,
): TenantDirectory {
  const directory = memoryDirectory(tenants)
  const faults = tenants.flatMap((tenant) => {
    try {
      checkFit(preparedFrom(directory.find(tenant.id) as object) as PreparedTenant, profile)
      return []
    } catch (error) {
      return [{ tenant: nameOf(tenant), reason: (error as Error).message }]
    }
  })
  if (faults.length > 0) throw new TenantLoadError(WHERE, faults)
  return directory
}
