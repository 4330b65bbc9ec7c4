import { abandon, type Awaitable } from './awaitable.ts'
import { bindBody, type BindOutcome } from './binding.ts'
import type { TenantDirectory } from './directory/directory.ts'
import { memoryDirectory } from './directory/memory.ts'
import { preparedFrom, TenantLoadError } from './directory/sealed-tenants.ts'
import { AuthError } from './errors.ts'
import { reportOutcome, startTrace, type Trace } from './events.ts'
import type { Identity, VerifiedIdentity } from './identity.ts'
import { judge, judgeAgain, type Bench } from './judge.ts'
import { isObject, member } from './json.ts'
import { numberOption, ownOptions } from './options.ts'
import { isProfile, type Profile } from './profile.ts'
import { readCredentials, type AuthRequest } from './request.ts'
import type { Revocation } from './revocation.ts'
import { checkFit, checkIssuer, isTenantId, type PreparedTenant, type Tenant } from './tenant.ts'
import { createTenantLookup } from './tenant-lookup.ts'
import { createVerifiedTokens } from './verified-tokens.ts'

/** What a phase came to. Phases never throw. */
export type Outcome<Custom = unknown> =
  | { readonly ok: true; readonly identity: Identity<Custom> }
  | { readonly ok: false; readonly error: AuthError }

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
  /** Tokens seen before. Default: 10 000 entries (at most 1 000 000), 16 MiB. */
  readonly tokenCache?: false | { readonly maxEntries?: number; readonly maxBytes?: number }
  /**
   * Records of a directory that is not in memory. Default: 10 000 entries, held for `ttl` 60 s, and while the directory
   * fails for `maxStale` 600 s.
   */
  readonly directoryCache?:
    false | { readonly maxEntries?: number; readonly ttl?: number; readonly maxStale?: number }
  /** Milliseconds to wait for the directory, and for revocation. Default 2000, 100 to 10 000. Then 503. */
  readonly lookupTimeout?: number
  /** Asked for every token, also for one seen before. */
  readonly revocation?: Revocation
  /** The clock: milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number
}

/** A profile and its tenants, ready to judge requests. */
export interface Authenticator<Custom = unknown> {
  readonly profile: Profile<Custom>
  /**
   * Phase 1: judges the headers of a request. Never throws and never rejects; answers at once where it can, as for
   * a token seen before.
   *
   * @param options.optional let a request without a token pass as anonymous, where no tenant that is known
   *   requires a user. Default: false
   */
  authenticate(
    request: AuthRequest,
    options?: { readonly optional?: boolean },
  ): Awaitable<Outcome<Custom>>
  /**
   * Phase 2: holds a parsed body against an identity and merges filters and attributes. The body that comes back is a
   * new object in which they are the effective ones; `undefined` for a request without a body.
   *
   * Takes only identities that this authenticator made (`identity_missing`) and that have not expired.
   */
  bindBody(identity: Identity<Custom>, body: unknown): BindOutcome<Custom>
  /**
   * Judges a token that did not come in a request: for jobs and sockets. `hints.tenant` is what a hint header would
   * say; profiles with API keys need `hints.apiKey`.
   *
   * @throws AuthError as a rejection
   */
  verify(
    token: string,
    hints?: { readonly tenant?: string; readonly apiKey?: string },
  ): Promise<VerifiedIdentity<Custom>>
  /**
   * Judges an identity again, for connections that live on: time, the tenant's record and key, revocation. Never
   * throws and never rejects.
   */
  recheck(identity: Identity<Custom>): Awaitable<Outcome<Custom>>
  /** Forgets what is cached of a tenant: its next request asks the directory. */
  invalidate(tenantId: string): void
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
  'revocation',
  'now',
] as const
const AUTHENTICATORS = new WeakSet<object>()

/**
 * Makes an authenticator. Make one per service and keep it: it holds the caches.
 *
 * @throws TypeError that names a wrong option, or the tenants that are refused and why
 */
export function createAuthenticator<Custom>(
  options: AuthenticatorOptions<Custom>,
): Authenticator<Custom> {
  const own = ownOptions<AuthenticatorOptions<Custom>>(WHERE, options, NAMES, [
    'profile',
    'tenants',
    'tenant',
  ])
  const { profile, now = Date.now } = own
  if (!isProfile(profile))
    throw new TypeError(
      `${WHERE}: option "profile" must come from defineProfile or a built-in profile`,
    )
  if (typeof now !== 'function') throw new TypeError(`${WHERE}: option "now" must be a function`)
  if (own.revocation !== undefined && typeof own.revocation?.isRevoked !== 'function')
    throw new TypeError(`${WHERE}: option "revocation" must have a function isRevoked`)
  const tolerance = number('clockTolerance', own.clockTolerance, { min: 0, max: 120, fallback: 30 })
  const timeoutMs = number('lookupTimeout', own.lookupTimeout, {
    min: 100,
    max: 10_000,
    fallback: 2000,
  })
  const named = readTenantOption(own.tenant)

  const bench: Bench<Custom> = {
    profile,
    tenants: createTenantLookup({
      directory: readDirectory(own, profile),
      fits: (tenant) => checkIssuer(tenant, profile),
      cache: readDirectoryCache(own.directoryCache),
      timeoutMs,
      now,
    }),
    tokens: createVerifiedTokens<Custom>(readTokenCache(own.tokenCache)),
    grounds: new WeakMap(),
    revocation: own.revocation,
    timeoutMs,
    clock: () => ({ now: now() / 1000, tolerance }),
  }

  function run(
    trace: Trace | undefined,
    judged: () => Awaitable<Identity<Custom>>,
  ): Awaitable<Outcome<Custom>> {
    const pass = (identity: Identity<Custom>): Outcome<Custom> => {
      if (trace) reportOutcome(trace, profile.name, undefined)
      return { ok: true, identity }
    }
    const refuse = (thrown: unknown): Outcome<Custom> => {
      const error = asAuthError(thrown)
      if (trace) reportOutcome(trace, profile.name, error)
      return { ok: false, error }
    }
    try {
      const identity = judged()
      return identity instanceof Promise ? identity.then(pass, refuse) : pass(identity)
    } catch (error) {
      return refuse(error)
    }
  }

  const authenticator: Authenticator<Custom> = {
    profile,
    authenticate(request, given) {
      const trace = startTrace('authenticate')
      return run(trace, () => {
        const { token, hint, apiKey } = readCredentials(request, profile)
        const optional = given !== undefined && member(given, 'optional') === true
        return judge(bench, { token, hint, apiKey, named: named(request), optional, trace })
      })
    },
    bindBody(identity, body) {
      const trace = startTrace('bind')
      const grounds = bench.grounds.get(identity)
      if (trace) trace.tenantId = grounds?.tenant?.id
      let outcome: BindOutcome<Custom>
      try {
        outcome = { ok: true, ...bindBody(bench, identity, grounds, body) }
      } catch (error) {
        outcome = { ok: false, error: asAuthError(error) }
      }
      if (trace) reportOutcome(trace, profile.name, outcome.ok ? undefined : outcome.error)
      return outcome
    },
    async verify(token, hints = {}) {
      const { tenant, apiKey } = readHints(hints)
      const trace = startTrace('authenticate')
      const outcome = await run(trace, () => {
        if (typeof token !== 'string')
          throw new AuthError('token_rejected', { reason: 'not a text' })
        // There is no request here to ask a function about: hints.tenant stands for what it would say.
        const fixed = typeof own.tenant === 'function' ? undefined : named(NO_REQUEST)
        return judge(bench, {
          token,
          hint: tenant,
          apiKey,
          named: fixed,
          optional: false,
          trace,
        })
      })
      if (!outcome.ok) throw outcome.error
      return outcome.identity as VerifiedIdentity<Custom> // a token never makes an anonymous identity
    },
    recheck(identity) {
      return run(undefined, () => {
        const grounds = bench.grounds.get(identity)
        if (grounds === undefined)
          throw new AuthError('identity_missing', { reason: 'not made here' })
        return judgeAgain(bench, identity, grounds)
      })
    },
    invalidate: (tenantId) => bench.tenants.invalidate(tenantId),
  }
  AUTHENTICATORS.add(authenticator)
  return Object.freeze(authenticator)
}

/** Whether {@link createAuthenticator} made this. */
export function isAuthenticator(value: unknown): value is Authenticator {
  return typeof value === 'object' && value !== null && AUTHENTICATORS.has(value)
}

// An unknown hint is a mistake of the caller's code; what cannot be read, or is no text, comes from elsewhere.
function readHints(hints: object): { tenant?: string; apiKey?: string } {
  let own: { tenant?: string; apiKey?: string }
  try {
    own = isObject(hints) ? { ...hints } : hints
  } catch {
    throw new AuthError('request_invalid', { reason: 'hints that cannot be read' })
  }
  ownOptions('verify', own, ['tenant', 'apiKey'])
  const isText = (hint: unknown): boolean => hint === undefined || typeof hint === 'string'
  if (!Object.values(own).every(isText))
    throw new AuthError('request_invalid', { reason: 'a hint that is no text' })
  return own
}

const NO_REQUEST: AuthRequest = Object.freeze({ headers: Object.freeze({}) })

// Everything unexpected is an outage: never a pass, and never a 401 that would log a user out.
function asAuthError(thrown: unknown): AuthError {
  return AuthError.isGenuine(thrown)
    ? thrown
    : new AuthError('keys_unavailable', { reason: 'an unexpected error' })
}

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
    // lru-cache sets aside memory for every entry, so an unbounded number ends the process.
    maxEntries: number('tokenCache.maxEntries', own.maxEntries, {
      min: 1,
      max: 1_000_000,
      fallback: 10_000,
      integer: true,
    }),
    maxBytes: number('tokenCache.maxBytes', own.maxBytes, {
      min: 65_536,
      max: 2 ** 32,
      fallback: 2 ** 24,
      integer: true,
    }),
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
  const ttl = number('directoryCache.ttl', own.ttl, { min: 1, max: 86_400, fallback: 60 })
  return {
    maxEntries: number('directoryCache.maxEntries', own.maxEntries, {
      min: 1,
      max: 1_000_000,
      fallback: 10_000,
      integer: true,
    }),
    ttl,
    maxStale: number('directoryCache.maxStale', own.maxStale, {
      min: 0,
      max: 86_400,
      fallback: Math.max(ttl, 600),
    }),
  }
}

/** What the deployment itself says about the tenant, as a function of the request. */
function readTenantOption(
  tenant: AuthenticatorOptions['tenant'],
): (request: AuthRequest) => string | undefined {
  if (tenant === undefined) return () => undefined
  if (typeof tenant === 'function')
    return (request) => {
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
      return [{ tenant: JSON.stringify(tenant.id), reason: (error as Error).message }]
    }
  })
  if (faults.length > 0) throw new TenantLoadError(WHERE, faults)
  return directory
}
