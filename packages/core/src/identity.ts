import type { WireFilters } from '@countersign/filters'
import type { UserAttributes } from './attributes.ts'
import type { JsonObject } from './json.ts'

/** The verified claims, as they were signed. */
export type Claims = JsonObject

/** Who is asking, as the tenant's backend signed it. Frozen to the bottom. */
export interface VerifiedIdentity<Custom = unknown> {
  readonly kind: 'verified'
  readonly tenantId: string
  readonly userId?: string
  readonly userEmail?: string
  /** Empty where none were signed. */
  readonly userRoles: readonly string[]
  readonly plan?: string
  /** Only what was signed; `{}` where nothing was. */
  readonly userAttributes: UserAttributes
  /** What may be seen: the signed filter, after binding the effective one. Absent: no filter. */
  readonly filters?: WireFilters
  /** Seconds since the epoch. */
  readonly issuedAt?: number
  /** Seconds since the epoch. */
  readonly expiresAt: number
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
  readonly tenantId?: string
  readonly userId?: undefined
  readonly userEmail?: undefined
  readonly userRoles: readonly []
  readonly plan?: undefined
  readonly userAttributes: Readonly<Record<string, never>>
  readonly filters?: WireFilters
  readonly issuedAt?: undefined
  readonly expiresAt?: undefined
  readonly claims: Readonly<Record<string, never>>
  readonly custom?: undefined
  readonly bodyBound: boolean
}

/** Who is asking: tell the two apart by `kind`. */
export type Identity<Custom = unknown> = VerifiedIdentity<Custom> | AnonymousIdentity

const NOTHING: Readonly<Record<string, never>> = Object.freeze({})
const NO_ROLES: readonly [] = Object.freeze([] as const)

/** The identity of a request without a token. */
export function anonymousIdentity(
  tenantId: string | undefined,
  filters: WireFilters | undefined,
): AnonymousIdentity {
  return Object.freeze({
    kind: 'anonymous',
    ...(tenantId !== undefined && { tenantId }),
    userRoles: NO_ROLES,
    userAttributes: NOTHING,
    ...(filters !== undefined && { filters }),
    claims: NOTHING,
    bodyBound: false,
  })
}
