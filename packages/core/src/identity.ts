import type { Filters } from '@countersign/filters'
import type { UserAttributes } from './attributes.ts'
import type { JsonObject } from './json.ts'

/** The verified claims, as they were signed. */
export type Claims = JsonObject

/** Who is asking, as the tenant's backend signed it. Frozen to the bottom. */
export interface VerifiedIdentity<Custom = unknown> {
  readonly kind: 'verified'
  /** The tenant whose key signed. */
  readonly tenantId: string
  /** The user, where the profile reads one and the token names one. */
  readonly userId?: string | undefined
  /** The user's address, likewise. */
  readonly userEmail?: string | undefined
  /** Empty where none were signed. */
  readonly userRoles: readonly string[]
  /** The user's plan, likewise. */
  readonly plan?: string | undefined
  /** Only what was signed; `{}` where nothing was. */
  readonly userAttributes: UserAttributes
  /** What may be seen: the signed filter, after binding the effective one. Absent: no filter. Plain JSON, under a seal. */
  readonly filters?: Filters | undefined
  /** Seconds since the epoch. */
  readonly issuedAt?: number | undefined
  /** Seconds since the epoch. */
  readonly expiresAt: number
  /** All claims, as they were signed. */
  readonly claims: Claims
  /** What the profile's `custom` schema made of the claims. */
  readonly custom: Custom
  /** Whether the request's body was held against this identity. */
  readonly bodyBound: boolean
}

/** A request without a token, where that is allowed. Frozen to the bottom. */
export interface AnonymousIdentity {
  readonly kind: 'anonymous'
  /** Only where the directory knows the tenant. */
  readonly tenantId?: string | undefined
  readonly userId?: undefined
  readonly userEmail?: undefined
  readonly userRoles: readonly []
  readonly plan?: undefined
  readonly userAttributes: Readonly<Record<string, never>>
  readonly filters?: Filters | undefined
  readonly issuedAt?: undefined
  readonly expiresAt?: undefined
  readonly claims: Readonly<Record<string, never>>
  readonly custom?: undefined
  readonly bodyBound: boolean
}

/** Who is asking: tell the two apart by `kind`. */
export type Identity<Custom = unknown> = VerifiedIdentity<Custom> | AnonymousIdentity

export const NOTHING: Readonly<Record<string, never>> = Object.freeze({})
export const NO_ROLES: readonly [] = Object.freeze([] as const)

/** The identity of a request without a token, frozen below its own members. */
export function anonymousIdentity(
  tenantId: string | undefined,
  filters: Filters | undefined,
): AnonymousIdentity {
  // Every member is spelled out: what is absent must not be read from a polluted prototype.
  return {
    kind: 'anonymous',
    tenantId,
    userId: undefined,
    userEmail: undefined,
    userRoles: NO_ROLES,
    plan: undefined,
    userAttributes: NOTHING,
    filters,
    issuedAt: undefined,
    expiresAt: undefined,
    claims: NOTHING,
    custom: undefined,
    bodyBound: false,
  }
}

/** The identity after its request's body was bound, with the effective filter. Spreading one takes ten times as long. */
export function boundIdentity<Custom>(
  identity: Identity<Custom>,
  filters: Filters | undefined,
): Identity<Custom> {
  return {
    kind: identity.kind,
    tenantId: identity.tenantId,
    userId: identity.userId,
    userEmail: identity.userEmail,
    userRoles: identity.userRoles,
    plan: identity.plan,
    userAttributes: identity.userAttributes,
    filters,
    issuedAt: identity.issuedAt,
    expiresAt: identity.expiresAt,
    claims: identity.claims,
    custom: identity.custom,
    bodyBound: true,
  } as Identity<Custom>
}
