import { createApiKeyHashes } from './api-key-hashes.ts'
import { readAuthenticatorOptions, type AuthenticatorOptions } from './authenticator-options.ts'
import type { Awaitable } from './awaitable.ts'
import { bindBody, type BindOutcome } from './binding.ts'
import { AuthError } from './errors.ts'
import { reportOutcome, startTrace, type Trace } from './events.ts'
import { groundsOf } from './grounds.ts'
import type { Identity, VerifiedIdentity } from './identity.ts'
import { judge, judgeAgain, type Bench, type Case } from './judge.ts'
import { isObject, member } from './json.ts'
import { createKeySets } from './key-sets.ts'
import { ownOptions } from './options.ts'
import type { Profile } from './profile.ts'
import { readCredentials, withScheme, type AuthRequest } from './request.ts'
import { checkIssuer } from './tenant.ts'
import { createTenantLookup } from './tenant-lookup.ts'
import type { NotReady } from './tenant-lookup/warm.ts'
import { createHeaderParser } from './token.ts'
import { createVerifiedTokens } from './verified-tokens.ts'

/** What a phase came to. Phases never throw. */
export type Outcome<Custom = unknown> =
  | { readonly ok: true; readonly identity: Identity<Custom> }
  | { readonly ok: false; readonly error: AuthError }

/** A profile and its tenants, ready to judge requests. */
export interface Authenticator<Custom = unknown> {
  /** The rules it judges by. */
  readonly profile: Profile<Custom>
  /**
   * Phase 1: judges the headers of a request. Never throws and never rejects; answers at once where it can, as for
   * a token seen before. Refuses with `request_invalid`, `api_key_rejected`, `token_missing`, `token_rejected`,
   * `token_expired`, `token_not_active`, `token_lifetime`, `claims_invalid`, `token_revoked`, `tenant_mismatch`,
   * `filters_missing`, and with `keys_unavailable` whenever it cannot tell.
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
   * `options.absent` is for adapters: the request carried no body, and `body` is what a parser made of nothing. It need
   * not name the tenant then.
   *
   * Never throws. Refuses with `identity_missing` (not made by this authenticator), `token_expired`, `tenant_mismatch`,
   * `body_invalid`, `filter_conflict`, `keys_unavailable`.
   */
  bindBody(
    identity: Identity<Custom>,
    body: unknown,
    options?: { readonly absent?: boolean },
  ): BindOutcome<Custom>
  /**
   * Judges a token that did not come in a request: for jobs and sockets. `hints.tenant` is what a hint header, or a
   * `tenant` function, would say; profiles with API keys need `hints.apiKey`.
   *
   * @throws AuthError as a rejection, with any code of {@link authenticate}
   * @throws TypeError as a rejection, for a hint that is not known
   */
  verify(
    token: string,
    hints?: { readonly tenant?: string; readonly apiKey?: string },
  ): Promise<VerifiedIdentity<Custom>>
  /**
   * Judges an identity again, for connections that live on: time, the tenant's record and key, claims, revocation. Never
   * throws and never rejects. Refuses with the codes of {@link authenticate}, and `identity_missing`.
   */
  recheck(identity: Identity<Custom>): Awaitable<Outcome<Custom>>
  /**
   * Forgets what is cached of a tenant, also that there is none: its next request asks the directory, and fetches its key
   * sets.
   */
  invalidate(tenantId: string): void
  /**
   * Loads tenants ahead, so that their first requests need not wait, nor stand back in a flood of unknown ones: at start, and
   * when a tenant is made. Fifty at a time; API keys too where the records list them. `directoryCache.maxEntries` should have
   * room for all. Never rejects because of the directory: it tells which tenants are not ready, and why; an empty list is
   * success.
   *
   * @throws TypeError as a rejection, for ids that are no list of strings
   */
  warm(tenantIds: Iterable<string> & object): Promise<readonly NotReady[]>
}

/** All that were made, and whether they ask a `tenant` function about requests. */
const AUTHENTICATORS = new WeakMap<object, boolean>()

/**
 * Makes an authenticator. Make one per service and keep it: it holds the caches.
 *
 * @throws TypeError that names a wrong option, or the tenants of a list that are refused and why
 */
export function createAuthenticator<Custom>(
  options: AuthenticatorOptions<Custom>,
): Authenticator<Custom> {
  const settings = readAuthenticatorOptions(options)
  const { profile, named, now, tolerance, timeoutMs, revocation } = settings
  const { maxEntries, maxStale } = settings.keySets
  const seconds = (): number => {
    const at = now() / 1000
    if (!Number.isFinite(at)) throw new Error('the clock does not tell the time')
    return at
  }
  const bench: Bench<Custom> = {
    profile,
    tenants: createTenantLookup({
      directory: settings.directory,
      fits: (tenant) => checkIssuer(tenant, profile),
      cache: settings.directoryCache,
      apiKeys: profile.tenant.apiKey !== null,
      timeoutMs,
      now,
    }),
    keySets: createKeySets({
      fetch: settings.fetch,
      timeoutMs,
      maxEntries,
      maxStale,
      clock: seconds,
      random: Math.random,
    }),
    tokens: createVerifiedTokens<Custom>(settings.tokenCache),
    apiKeys: createApiKeyHashes(),
    parseHeader: createHeaderParser(profile.limits.depth),
    revocation,
    timeoutMs,
    seconds,
    tolerance,
  }

  function pass(identity: Identity<Custom>, trace: Trace | undefined): Outcome<Custom> {
    if (trace) reportOutcome(trace, profile.name, undefined)
    return { ok: true, identity }
  }
  function refuse(thrown: unknown, trace: Trace | undefined): Outcome<Custom> {
    const error = asAuthError(thrown)
    if (trace) reportOutcome(trace, profile.name, error)
    return { ok: false, error }
  }
  function settle(
    identity: Promise<Identity<Custom>>,
    trace: Trace | undefined,
  ): Promise<Outcome<Custom>> {
    return identity.then(
      (found) => pass(found, trace),
      (error: unknown) => refuse(error, trace),
    )
  }
  /** Says what came of it: at once where that is known. */
  function answer(
    identity: Awaitable<Identity<Custom>>,
    trace: Trace | undefined,
  ): Awaitable<Outcome<Custom>> {
    return identity instanceof Promise ? settle(identity, trace) : pass(identity, trace)
  }
  /** Judges, and {@link answer}s. */
  function run(
    trace: Trace | undefined,
    work: () => Awaitable<Identity<Custom>>,
  ): Awaitable<Outcome<Custom>> {
    try {
      return answer(work(), trace)
    } catch (error) {
      return refuse(error, trace)
    }
  }

  const authenticator: Authenticator<Custom> = {
    profile,
    authenticate(request, given) {
      const trace = startTrace('authenticate')
      // As `run` does, but without a function of its own for each request.
      try {
        const { sent, hint, apiKey } = readCredentials(request, profile)
        const optional = isSet(given, 'optional')
        const asked: Case = { sent, hint, apiKey, named: named(request), optional, trace }
        return answer(judge(bench, asked), trace)
      } catch (error) {
        return refuse(error, trace)
      }
    },
    bindBody(identity, body, given) {
      const trace = startTrace('bind')
      const grounds = groundsOf(identity, bench)
      if (trace) trace.tenantId = grounds?.tenant?.id
      let outcome: BindOutcome<Custom>
      try {
        outcome = { ok: true, ...bindBody(bench, identity, grounds, body, isSet(given, 'absent')) }
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
        // No more of it than shows that it is too long.
        const sent = withScheme(token.slice(0, profile.limits.tokenBytes + 1), profile.token.scheme)
        return judge(bench, { sent, hint: tenant, apiKey, named: named(), optional: false, trace })
      })
      if (!outcome.ok) throw outcome.error
      return outcome.identity as VerifiedIdentity<Custom> // a token never makes an anonymous identity
    },
    recheck(identity) {
      const trace = startTrace('recheck')
      return run(trace, () => {
        const grounds = groundsOf(identity, bench)
        if (trace) trace.tenantId = grounds?.tenant?.id
        if (grounds === undefined)
          throw new AuthError('identity_missing', { reason: 'not made here' })
        return judgeAgain(bench, identity, grounds, trace)
      })
    },
    invalidate(tenantId) {
      bench.tenants.invalidate(tenantId)
      bench.keySets.invalidate(tenantId)
    },
    warm: (tenantIds) => bench.tenants.warm(tenantIds),
  }
  AUTHENTICATORS.set(authenticator, settings.readsUrl)
  return Object.freeze(authenticator)
}

/** Whether {@link createAuthenticator} made this. */
export function isAuthenticator(value: unknown): value is Authenticator {
  return typeof value === 'object' && value !== null && AUTHENTICATORS.has(value)
}

/** Whether an authenticator has a `tenant` function, so that it reads the URL of a request. */
export function readsUrl(authenticator: Authenticator): boolean {
  return AUTHENTICATORS.get(authenticator) === true
}

// An unknown hint is a mistake of the caller's code; what cannot be read, or is no text, comes from elsewhere.
function readHints(hints: object): { tenant?: string; apiKey?: string } {
  let copy: { tenant?: string; apiKey?: string }
  try {
    copy = isObject(hints) ? { ...hints } : hints
  } catch {
    throw new AuthError('request_invalid', { reason: 'hints that cannot be read' })
  }
  const own = ownOptions('verify', copy, ['tenant', 'apiKey'])
  const isText = (hint: unknown): boolean => hint === undefined || typeof hint === 'string'
  if (!Object.values(own).every(isText))
    throw new AuthError('request_invalid', { reason: 'a hint that is no text' })
  return own
}

function isSet(options: object | undefined, name: string): boolean {
  return options !== undefined && member(options, name) === true
}

// Everything unexpected is an outage: never a pass, and never a 401 that would log a user out.
function asAuthError(thrown: unknown): AuthError {
  return AuthError.isGenuine(thrown)
    ? thrown
    : new AuthError('keys_unavailable', { reason: 'an unexpected error' })
}
