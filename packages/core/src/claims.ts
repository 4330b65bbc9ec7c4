import { FilterError, parseFilters, type Filters } from '@countersign/filters'
import { abandon } from './awaitable.ts'
import { copyAttributes, type UserAttributes } from './attributes.ts'
import { AuthError } from './errors.ts'
import { NO_ROLES, NOTHING, type VerifiedIdentity } from './identity.ts'
import { deepFreeze, member, type JsonObject } from './json.ts'
import type { Profile, UserClaimRule } from './profile.ts'
import type { PreparedTenant } from './tenant.ts'
import { checkTimes, type TokenTimes } from './time.ts'

/** What a token said, once all of its claims have passed. */
export interface JudgedClaims<Custom> {
  /** Frozen below its own members. */
  readonly identity: VerifiedIdentity<Custom>
  readonly filters: Filters | undefined
  readonly times: TokenTimes
}

/** The clock for {@link judgeClaims}, in seconds. */
export interface Clock {
  readonly now: number
  readonly tolerance: number
}

/**
 * Judges claims whose signature was checked: times, `iss`, `aud`, the tenant, attributes and the user (who may be named
 * in them), `jti`, filters, and the custom schema, in this order.
 *
 * @throws AuthError `token_expired`, `token_not_active`, `token_lifetime`, `claims_invalid`
 */
export function judgeClaims<Custom>(
  claims: JsonObject,
  profile: Profile<Custom>,
  tenant: PreparedTenant,
  clock: Clock,
): JudgedClaims<Custom> {
  const times = checkTokenTimes(claims, profile, tenant, clock)
  checkIssuer(claims, profile.issuer === 'tenant' ? tenant.issuer : profile.issuer)
  checkAudience(claims, profile.audience && (tenant.audience ?? profile.audience))
  if (member(claims, profile.tenant.claim) !== tenant.id)
    throw invalid(profile.tenant.claim, 'does not name the tenant')

  const attributes = readAttributes(claims, profile)
  const { user } = profile
  const userId = readUser(claims, user.id, attributes)
  const userEmail = readUser(claims, user.email, attributes)
  const plan = readUser(claims, user.plan, attributes)
  const userRoles = readRoles(claims, user.roles)
  // A jti that is no text could never be found among those revoked (RFC 7519 section 4.1.7).
  readText(claims, 'jti')
  const filters = readFilters(claims, profile)
  const custom = readCustom(claims, profile)

  // Each member is frozen to the bottom by now: claims where they were parsed, filters under their seal.
  // Every member is spelled out: what is absent must not be read from a polluted prototype.
  const identity: VerifiedIdentity<Custom> = {
    kind: 'verified',
    tenantId: tenant.id,
    userId,
    userEmail,
    userRoles,
    plan,
    userAttributes: attributes ?? NOTHING,
    filters,
    issuedAt: times.issuedAt,
    expiresAt: times.expiresAt,
    claims,
    custom,
    bodyBound: false,
  }
  return { identity, filters, times }
}

/** The time rules of a profile, tightened by the tenant's. */
export function checkTokenTimes(
  claims: JsonObject,
  profile: Profile,
  tenant: PreparedTenant,
  { now, tolerance }: Clock,
): TokenTimes {
  return checkTimes(claims, { now, tolerance, maxLifetime: maxLifetime(profile, tenant) })
}

/** The longest life of a token, in seconds: the tenant can only tighten what the profile says. */
export function maxLifetime(profile: Profile, tenant: PreparedTenant): number {
  return Math.min(profile.maxLifetime, tenant.maxLifetime)
}

// RFC 7519 section 4.1.1: one text, equal byte for byte. A list would be a way to name several.
function checkIssuer(claims: JsonObject, issuer: string | null | undefined): void {
  if (issuer === null) return
  if (issuer === undefined || member(claims, 'iss') !== issuer) throw invalid('iss', 'is another')
}

// RFC 7519 section 4.1.3: a text, or a list of texts of which one must be ours.
function checkAudience(claims: JsonObject, audience: readonly string[] | null): void {
  if (audience === null) return
  const aud = member(claims, 'aud')
  if (typeof aud === 'string' && audience.includes(aud)) return
  const named = Array.isArray(aud) ? (aud as unknown[]) : [aud]
  if (!named.every((item) => typeof item === 'string')) throw invalid('aud', 'is not text')
  if (!audience.some((item) => named.includes(item))) throw invalid('aud', 'is another')
}

function readUser(
  claims: JsonObject,
  rule: UserClaimRule | null,
  attributes: UserAttributes | undefined,
): string | undefined {
  if (rule === null) return undefined
  const found =
    readText(claims, rule.claim) ??
    readAttribute(attributes, rule.attribute) ??
    (rule.fallback === undefined ? undefined : readText(claims, rule.fallback))
  if (found === undefined && rule.required === true) throw invalid(rule.claim, 'is not a text')
  return found
}

// Attributes are free in what they hold: one that is no text names nobody.
function readAttribute(
  attributes: UserAttributes | undefined,
  name: string | undefined,
): string | undefined {
  if (attributes === undefined || name === undefined) return undefined
  const value = member(attributes, name)
  return isWellFormedText(value) && value !== '' ? value : undefined
}

// An empty text says no more than an absent one.
function readText(claims: JsonObject, claim: string): string | undefined {
  const value = member(claims, claim)
  if (value === undefined || value === '') return undefined
  if (!isWellFormedText(value)) throw invalid(claim, 'is not a text')
  return value
}

function readRoles(claims: JsonObject, claim: string | null): readonly string[] {
  const value = claim === null ? undefined : member(claims, claim)
  if (value === undefined) return NO_ROLES
  if (!Array.isArray(value)) throw invalid(claim, 'is not a list of texts')
  for (const role of value as unknown[])
    if (!isWellFormedText(role)) throw invalid(claim, 'is not a list of texts')
  return value as string[]
}

function isWellFormedText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed()
}

function readAttributes(
  claims: JsonObject,
  { userAttributes }: Profile,
): UserAttributes | undefined {
  const value = userAttributes === null ? undefined : member(claims, userAttributes.claim)
  if (userAttributes === null || value === undefined) return undefined
  const copy = copyAttributes(value)
  if (copy === undefined) throw invalid(userAttributes.claim, 'breaks the grammar')
  return deepFreeze(copy)
}

// A filter that cannot be read is refused: skipping it would mean "allow everything".
function readFilters(claims: JsonObject, { filters }: Profile): Filters | undefined {
  const value = filters === null ? undefined : member(claims, filters.claim)
  if (filters === null || value === undefined) return undefined
  try {
    return parseFilters(value, {
      source: 'token',
      ...(filters.limits && { limits: filters.limits }),
    })
  } catch (error) {
    if (error instanceof FilterError) throw invalid(filters.claim, error.code)
    throw error
  }
}

function readCustom<Custom>(claims: JsonObject, { custom }: Profile<Custom>): Custom {
  if (custom === undefined) return undefined as Custom
  // Frozen by now: the schema may keep or change what it was given.
  const result = custom['~standard'].validate(claims)
  if (typeof result !== 'object' || result === null || 'then' in result) {
    abandon(result)
    throw new Error('a custom schema must be synchronous')
  }
  const { issues, value } = result as { issues?: unknown; value?: unknown }
  if (issues !== undefined) throw new AuthError('claims_invalid', { reason: 'the custom schema' })
  return deepFreeze(value) as Custom
}

function invalid(claim: string | null | undefined, reason: string): AuthError {
  return new AuthError('claims_invalid', { reason, claim: claim ?? undefined })
}
