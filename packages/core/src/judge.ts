import type { Filters } from '@countersign/filters'
import type { ApiKeyHashes } from './api-key-hashes.ts'
import { andThen, type Awaitable } from './awaitable.ts'
import { checkTokenTimes, judgeClaims, maxLifetime, type Clock } from './claims.ts'
import { AuthError } from './errors.ts'
import type { Trace } from './events.ts'
import { ground, type Grounds } from './grounds.ts'
import {
  anonymousIdentity,
  type AnonymousIdentity,
  type Identity,
  type VerifiedIdentity,
} from './identity.ts'
import { isData, member, type JsonObject } from './json.ts'
import { hasKeySets, type KeySets, type TenantWithKeySets } from './key-sets.ts'
import { isActive, keysInOrder, type NamedKey, type PreparedKey } from './keys.ts'
import type { Profile } from './profile.ts'
import { withoutScheme, type Credentials } from './request.ts'
import { checkRevocation, type Revocation } from './revocation.ts'
import { isSignedBy } from './signature.ts'
import { hasRequiredAttributes, isTenantId, type PreparedTenant } from './tenant.ts'
import type { TenantLookup } from './tenant-lookup.ts'
import { isWithin, safeWindow } from './time.ts'
import {
  readCompact,
  readHeader,
  readPayload,
  type CompactToken,
  type HeaderParser,
} from './token.ts'
import type { VerifiedToken, VerifiedTokens } from './verified-tokens.ts'

/** What the judge works with; all of it fixed at creation. */
export interface Bench<Custom> {
  readonly profile: Profile<Custom>
  readonly tenants: TenantLookup
  readonly keySets: KeySets
  readonly tokens: VerifiedTokens<Custom>
  readonly apiKeys: ApiKeyHashes
  readonly parseHeader: HeaderParser
  readonly revocation: Revocation | undefined
  readonly timeoutMs: number
  /** The time, in seconds since the epoch. @throws Error where it cannot be told */
  readonly seconds: () => number
  /** Seconds that clocks may differ. */
  readonly tolerance: number
}

/** One request to judge. */
export interface Case extends Credentials {
  /** The tenant that the deployment itself names, by host or path. */
  readonly named: string | undefined
  readonly optional: boolean
  readonly trace: Trace | undefined
}

/**
 * Judges what a request says about itself: API key, token, tenant, header, key, signature, claims, revocation, required
 * filters. The first failure answers.
 *
 * @throws AuthError, or a rejection with one
 */
export function judge<Custom>(bench: Bench<Custom>, request: Case): Awaitable<Identity<Custom>> {
  return bench.profile.tenant.apiKey === null
    ? judgeToken(bench, request, undefined)
    : judgeByApiKey(bench, request)
}

function judgeByApiKey<Custom>(bench: Bench<Custom>, request: Case): Awaitable<Identity<Custom>> {
  return andThen(findByApiKey(bench, request.apiKey), (tenant) => {
    if (request.trace) request.trace.tenantId = tenant.id
    return judgeToken(bench, request, tenant)
  })
}

function findByApiKey<Custom>(
  { tenants, apiKeys }: Bench<Custom>,
  apiKey: string | undefined,
): Awaitable<PreparedTenant> {
  if (apiKey === undefined) throw new AuthError('api_key_rejected', { reason: 'no API key' })
  const hash = apiKeys.hashOf(apiKey)
  return andThen(tenants.byApiKeyHash(hash), (tenant) => {
    if (tenant === undefined) throw new AuthError('api_key_rejected', { reason: 'unknown API key' })
    apiKeys.keep(apiKey, hash)
    return tenant
  })
}

function judgeToken<Custom>(
  bench: Bench<Custom>,
  request: Case,
  keyOwner: PreparedTenant | undefined,
): Awaitable<Identity<Custom>> {
  const { sent } = request
  if (sent === undefined) return judgeAnonymous(bench, request, keyOwner)
  const seen = bench.tokens.get(sent)
  if (seen === undefined) return judgeByRecord(bench, request, sent, keyOwner, undefined)
  return (
    judgeAtHand(bench, request, keyOwner, seen) ??
    judgeByRecord(bench, request, sent, keyOwner, seen)
  )
}

/**
 * Judges a token that passed before, as nearly every request does: at once, and without anything being looked up.
 * `undefined` where that does not tell.
 */
function judgeAtHand<Custom>(
  bench: Bench<Custom>,
  request: Case,
  keyOwner: PreparedTenant | undefined,
  seen: VerifiedToken<Custom>,
): Awaitable<Identity<Custom>> | undefined {
  agreeOn(request.named, request.hint, keyOwner?.id, seen.tenantId)
  const now = bench.seconds()
  const isSame = keyOwner === undefined ? seen.hold?.holdsAt(now) : keyOwner === seen.tenant
  if (isSame !== true || !isKeyInForce(bench, seen, now)) return undefined
  return judgeSeen(bench, request, seen, now)
}

function judgeByRecord<Custom>(
  bench: Bench<Custom>,
  request: Case,
  sent: string,
  keyOwner: PreparedTenant | undefined,
  seen: VerifiedToken<Custom> | undefined,
): Awaitable<Identity<Custom>> {
  const fresh = seen === undefined ? readToken(sent, bench) : undefined
  // Before the signature only the tenant claim is read, and only to compare or look up.
  const signed = fresh === undefined ? seen?.tenantId : tenantClaim(fresh.claims, bench.profile)
  const id = agreeOn(request.named, request.hint, keyOwner?.id, signed)
  // The id of a token that passed is one already.
  if (id === undefined || (seen === undefined && !isTenantId(id)))
    throw new AuthError('token_rejected', { reason: 'no tenant is named' })

  return andThen(keyOwner ?? bench.tenants.byId(id), (tenant) => {
    if (tenant === undefined) throw new AuthError('token_rejected', { reason: 'unknown tenant' })
    if (request.trace) request.trace.tenantId = tenant.id
    const now = bench.seconds()
    // A verdict rests on the very record that judged: with another one, be it newer or older, it starts afresh.
    if (seen?.tenant === tenant && isKeyInForce(bench, seen, now)) {
      if (keyOwner === undefined) seen.hold = bench.tenants.hold(tenant)
      return judgeSeen(bench, request, seen, now)
    }
    const read = fresh ?? readToken(sent, bench)
    return andThen(findKey(bench, tenant, read.compact, now), (key) => {
      if (request.trace) request.trace.key = key.label
      // Time has passed where a key had to be fetched.
      const at = hasKeySets(tenant) ? bench.seconds() : now
      return judgeAfresh(bench, tenant, key, read, { now: at, tolerance: bench.tolerance })
    })
  })
}

/** Whether the key that verified a token would do so again. */
function isKeyInForce<Custom>(
  { keySets }: Bench<Custom>,
  seen: VerifiedToken<Custom>,
  now: number,
): boolean {
  if (!isWithin(seen, now) && !isActive(seen.key, now)) return false
  if (!seen.isPublished) return true
  return hasKeySets(seen.tenant) && keySets.isCurrent(seen.tenant, seen.key, now)
}

/** What can change about a token that passed, under the same record and key: the time, and whether it is revoked. */
function judgeSeen<Custom>(
  bench: Bench<Custom>,
  { trace }: Case,
  seen: VerifiedToken<Custom>,
  now: number,
): Awaitable<Identity<Custom>> {
  if (trace) {
    trace.tenantId = seen.tenantId
    trace.key = seen.key.label
  }
  // The first says yes quickly; the second knows for sure, and why not.
  if (!isWithin(seen, now)) {
    const clock = { now, tolerance: bench.tolerance }
    checkTokenTimes(seen.identity.claims, bench.profile, seen.tenant, clock)
  }
  return checkNotRevoked(bench, seen.identity)
}

interface ReadToken {
  readonly sent: string
  readonly compact: CompactToken
  readonly claims: JsonObject
}

function readToken<Custom>(sent: string, { profile, parseHeader }: Bench<Custom>): ReadToken {
  const token = withoutScheme(sent, profile.token.scheme)
  const compact = readCompact(token, profile.limits, parseHeader)
  return { sent, compact, claims: readPayload(compact, profile.limits) }
}

// A claim that is no text names nobody. Where something else names the tenant, it is refused after the signature.
function tenantClaim(claims: JsonObject, profile: Profile): string | undefined {
  const id = member(claims, profile.tenant.claim)
  return typeof id === 'string' ? id : undefined
}

// A difference can never pass, so nothing needs to be looked up to refuse it.
function agreeOn(
  named: string | undefined,
  hint: string | undefined,
  keyOwner: string | undefined,
  signed?: string,
): string | undefined {
  const id = named ?? hint ?? keyOwner ?? signed
  if (
    (named ?? id) !== id ||
    (hint ?? id) !== id ||
    (keyOwner ?? id) !== id ||
    (signed ?? id) !== id
  )
    throw new AuthError('tenant_mismatch', { reason: 'the request names two tenants' })
  return id
}

/** Judges what a key of the tenant signed. */
function judgeAfresh<Custom>(
  bench: Bench<Custom>,
  tenant: PreparedTenant,
  key: PreparedKey,
  { sent, claims }: ReadToken,
  clock: Clock,
): Awaitable<Identity<Custom>> {
  const { profile } = bench
  const { identity: judged, filters, times } = judgeClaims(claims, profile, tenant, clock)
  const identity = ground(judged, { by: bench, tenant, key, filters })
  return andThen(checkNotRevoked(bench, identity), () => {
    checkRequiredFilters(profile, tenant, filters)
    // A date or a map that a schema made cannot be frozen: the next request gets one of its own.
    if (identity.custom === undefined || isData(identity.custom)) {
      const rules = { tolerance: clock.tolerance, maxLifetime: maxLifetime(profile, tenant) }
      const { from, until } = safeWindow(times, rules, key)
      bench.tokens.set({
        text: sent,
        tenantId: tenant.id,
        tenant,
        hold: undefined, // asked for when the token comes again, which not every one does
        key,
        isPublished: !tenant.keys.includes(key),
        from,
        until,
        identity,
      })
    }
    return identity
  })
}

/** The key that signed: an active one of the token's algorithm, the one that it names tried first. */
function findKey<Custom>(
  { profile, keySets }: Bench<Custom>,
  tenant: PreparedTenant,
  compact: CompactToken,
  now: number,
): Awaitable<PreparedKey> {
  const named = readHeader(compact.header, profile)
  if (hasKeySets(tenant)) return findPublishedKey(keySets, tenant, compact, named)
  const keys = keysInOrder(tenant.keys, named, now)
  for (const key of keys) if (isSignedBy(compact, key)) return key
  throw new AuthError('token_rejected', { reason: keys.length === 0 ? 'no key' : 'the signature' })
}

function findPublishedKey(
  keySets: KeySets,
  tenant: TenantWithKeySets,
  compact: CompactToken,
  named: NamedKey,
): Awaitable<PreparedKey> {
  let reason = 'no key'
  const found = keySets.find(tenant, named, (key) => {
    reason = 'the signature'
    return isSignedBy(compact, key)
  })
  return andThen(found, (key) => {
    if (key === undefined) throw new AuthError('token_rejected', { reason })
    return key
  })
}

function checkNotRevoked<Custom>(
  { revocation, timeoutMs }: Bench<Custom>,
  identity: VerifiedIdentity<Custom>,
): Awaitable<VerifiedIdentity<Custom>> {
  if (revocation === undefined) return identity
  return andThen(checkRevocation(revocation, identity, timeoutMs), () => identity)
}

function checkRequiredFilters(
  profile: Profile,
  tenant: PreparedTenant | undefined,
  filters: Filters | undefined,
): void {
  const claim = profile.filters?.claim
  if (profile.filters?.required === true && filters === undefined)
    throw new AuthError('filters_missing', { reason: 'no filters', claim })
  // Also where the profile reads no filters: what a tenant requires is never ignored.
  if (tenant !== undefined && !hasRequiredAttributes(tenant, filters))
    throw new AuthError('filters_missing', { reason: 'a required attribute', claim })
}

function judgeAnonymous<Custom>(
  bench: Bench<Custom>,
  request: Case,
  keyOwner: PreparedTenant | undefined,
): Awaitable<AnonymousIdentity> {
  const id = agreeOn(request.named, request.hint, keyOwner?.id)
  const known = keyOwner ?? (isTenantId(id) ? bench.tenants.byId(id) : undefined)
  return andThen(known, (tenant) => {
    if (request.trace) request.trace.tenantId = tenant?.id
    const allowed = tenant === undefined ? request.optional : !tenant.requireUser
    if (!allowed) throw new AuthError('token_missing', { reason: 'no token' })
    const filters = tenant?.anonymousFilters
    checkRequiredFilters(bench.profile, tenant, filters)
    const grounds = { by: bench, tenant, key: undefined, filters }
    return ground(anonymousIdentity(tenant?.id, filters), grounds)
  })
}

/**
 * Judges an identity again, for connections that outlive a request: the tenant's record and key, time and claims,
 * revocation.
 *
 * @throws AuthError, or a rejection with one
 */
export function judgeAgain<Custom>(
  bench: Bench<Custom>,
  identity: Identity<Custom>,
  grounds: Grounds,
  trace?: Trace,
): Awaitable<Identity<Custom>> {
  const { profile, tenants } = bench
  if (grounds.tenant === undefined) return identity
  return andThen(tenants.byId(grounds.tenant.id), (tenant) => {
    if (identity.kind === 'anonymous') {
      // What an anonymous request is held to was decided by the record: with another one it starts afresh.
      if (tenant?.revision !== grounds.tenant?.revision)
        throw new AuthError('token_missing', { reason: 'no token' })
      return identity
    }
    return andThen(findAgain(bench, tenant, grounds.key), (key) => {
      if (tenant === undefined || key === undefined)
        throw new AuthError('token_rejected', { reason: 'the tenant or the key is gone' })
      if (trace) trace.key = key.label
      const clock = { now: bench.seconds(), tolerance: bench.tolerance }
      const { filters } = judgeClaims(identity.claims, profile, tenant, clock)
      return andThen(checkNotRevoked(bench, identity), () => {
        checkRequiredFilters(profile, tenant, filters)
        return identity
      })
    })
  })
}

/** The key that verified before, where the tenant still has it and it is active, whatever it is called now. */
function findAgain<Custom>(
  { keySets, seconds }: Bench<Custom>,
  tenant: PreparedTenant | undefined,
  key: PreparedKey | undefined,
): Awaitable<PreparedKey | undefined> {
  if (tenant === undefined || key === undefined) return undefined
  const isSame = ({ fingerprint }: PreparedKey): boolean => fingerprint === key.fingerprint
  if (hasKeySets(tenant)) return keySets.find(tenant, key, isSame)
  return keysInOrder(tenant.keys, key, seconds()).find(isSame)
}
