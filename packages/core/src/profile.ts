import type { FilterLimits, MergePolicy } from '@countersign/filters'
import { deepFreeze } from './json.ts'
import type { Algorithm, AsymmetricAlgorithm } from './keys.ts'
import { ownOptions, stringOption } from './options.ts'
import {
  readAlgorithms,
  readAttributes,
  readAudience,
  readBody,
  readCustom,
  readFilters,
  readLifetime,
  readLimits,
  readNullable,
  readTenant,
  readToken,
  readUser,
} from './profile-options.ts'
import type { StandardSchema } from './standard-schema.ts'

/** Where one fact about the user is read in the verified claims. */
export interface UserClaim {
  /** The claim; a string. */
  readonly claim: string
  /** Refuse a token in which none of these is found (`claims_invalid`). Default: false. */
  readonly required?: boolean
  /** Where the claim is absent: the string of this name in the signed user attributes. */
  readonly attribute?: string
  /** Where that is absent too: another claim. */
  readonly fallback?: string
}

/** What {@link defineProfile} takes: the rules that one kind of token must meet. */
export interface ProfileOptions<Custom = unknown> {
  /** Names the profile in events. */
  readonly name: string
  /** What may sign: HS256 alone, or public-key algorithms; never both (RFC 8725 section 3.1). */
  readonly algorithms: readonly ['HS256'] | readonly [AsymmetricAlgorithm, ...AsymmetricAlgorithm[]]
  /** The header that carries the token. `scheme: null`: the header's value is the token. */
  readonly token: { readonly header: string; readonly scheme: string | null }
  /** Where the tenant is named. */
  readonly tenant: {
    /** The claim that names the tenant: a required string. */
    readonly claim: string
    /** A header that says which tenant is meant, or `null`. It is compared, never believed. */
    readonly hint: string | null
    /** The header of an API key that belongs to one tenant, or `null` for none. */
    readonly apiKey: { readonly header: string; readonly scheme: string } | null
  }
  /** What `iss` must be: `'tenant'` for the tenant's own, a text, or `null`: not checked. */
  readonly issuer: string | null
  /** What `aud` must be or contain: one of these; `null`: not checked. */
  readonly audience: string | readonly string[] | null
  /** What `typ` in the header must be (RFC 8725 section 3.11); `null`: not checked. */
  readonly type: string | null
  /** Seconds that a token may live at most: 1 to 31 622 400 (366 days). */
  readonly maxLifetime: number
  /** Where the user is read; a text names a claim that may be absent, `null` reads nothing. */
  readonly user: {
    readonly id: UserClaim | string | null
    readonly email: UserClaim | string | null
    /** A claim that is a list of strings. */
    readonly roles: string | null
    readonly plan: UserClaim | string | null
  }
  /** Signed filters and how they meet those of a body; `null`: none. */
  readonly filters: FilterRules | null
  /** Signed user attributes, and the members of a body that they replace; `null`: none. */
  readonly userAttributes: { readonly claim: string; readonly body: readonly string[] } | null
  /** The members of a body that name the tenant, and whether a body may leave them out; `null`: binds no body. */
  readonly body: {
    readonly tenant: readonly string[]
    readonly when: 'when-present' | 'required'
  } | null
  /** How large a token may be. */
  readonly limits?: TokenLimits
  /**
   * A Standard Schema for all claims, synchronous and pure. Its output is `identity.custom`, frozen in place, so it must
   * not return an object that it goes on using. Run when a token is first seen, and by `recheck`.
   */
  readonly custom?: StandardSchema<Custom>
}

/** How signed filters are read, and how they meet those of a body. */
export interface FilterRules {
  /** The claim that holds them. */
  readonly claim: string
  /** The member of the body; `null`: a body's filters are not looked at. */
  readonly body: string | null
  /** Default: `'precedence'`. */
  readonly policy?: MergePolicy
  /** Refuse a token without filters (`filters_missing`). Default: false. */
  readonly required?: boolean
  /** How large a filter may be; see `FilterLimits`. */
  readonly limits?: FilterLimits
}

/** How large a token may be. */
export interface TokenLimits {
  /** Bytes of the token's text. Default 8192, 256 to 65 536. */
  readonly tokenBytes?: number
  /** Levels of nesting in header and payload. Default 32, 1 to 64. */
  readonly depth?: number
}

/** A {@link UserClaim} with all of its members. */
export interface UserClaimRule {
  readonly claim: string
  readonly required: boolean | undefined
  readonly attribute: string | undefined
  readonly fallback: string | undefined
}

/** Rules that were checked once; made by {@link defineProfile} and by nothing else. */
export interface Profile<Custom = unknown> {
  readonly name: string
  readonly algorithms: readonly Algorithm[]
  readonly token: { readonly header: string; readonly scheme: string | null }
  readonly tenant: ProfileOptions['tenant']
  readonly issuer: string | null
  readonly audience: readonly string[] | null
  readonly type: string | null
  readonly maxLifetime: number
  readonly user: {
    readonly id: UserClaimRule | null
    readonly email: UserClaimRule | null
    readonly roles: string | null
    readonly plan: UserClaimRule | null
  }
  readonly filters:
    | (Omit<FilterRules, 'limits'> & {
        readonly policy: MergePolicy
        readonly required: boolean
        readonly limits: FilterLimits | undefined
      })
    | null
  readonly userAttributes: ProfileOptions['userAttributes']
  readonly body: ProfileOptions['body']
  readonly limits: { readonly tokenBytes: number; readonly depth: number }
  readonly custom: StandardSchema<Custom> | undefined
}

const NAMES = [
  'name',
  'algorithms',
  'token',
  'tenant',
  'issuer',
  'audience',
  'type',
  'maxLifetime',
  'user',
  'filters',
  'userAttributes',
  'body',
  'limits',
  'custom',
] as const
const MADE = new WeakSet<object>()

/**
 * Defines what one kind of token must meet. Every rule is said aloud: `issuer`, `audience` and `type` have no
 * default, and `null` means "do not check".
 *
 * @throws TypeError that names the option
 */
export function defineProfile<Custom = undefined>(
  options: ProfileOptions<Custom>,
): Profile<Custom> {
  const where = 'defineProfile'
  const definite = ['issuer', 'audience', 'type'] as const
  const own = ownOptions<ProfileOptions<Custom>>(where, options, NAMES, definite)
  const profile: Profile<Custom> = {
    name: stringOption(`${where}: option "name"`, own.name),
    algorithms: readAlgorithms(own.algorithms),
    token: readToken(own.token),
    tenant: readTenant(own.tenant),
    issuer: readNullable('issuer', own.issuer),
    audience: readAudience(own.audience),
    type: readNullable('type', own.type),
    maxLifetime: readLifetime(own.maxLifetime),
    user: readUser(own.user),
    filters: readFilters(own.filters),
    userAttributes: readAttributes(own.userAttributes),
    body: readBody(own.body),
    limits: readLimits(own.limits),
    custom: readCustom(own.custom),
  }
  if (profile.tenant.apiKey?.header === profile.token.header)
    throw new TypeError(
      `${where}: the API key and the token share the header "${profile.token.header}"`,
    )
  const bound = [profile.filters?.body, profile.userAttributes?.body[0]]
  if (profile.body === null && bound.some((member) => typeof member === 'string'))
    throw new TypeError(
      `${where}: option "body" is null, but filters or userAttributes name a body member`,
    )
  // The schema is the user's own object and stays as it is.
  const { custom: _, ...rules } = profile
  deepFreeze(rules)
  MADE.add(profile)
  return Object.freeze(profile)
}

/** Whether {@link defineProfile} made this. */
export function isProfile(value: unknown): value is Profile {
  return typeof value === 'object' && value !== null && MADE.has(value)
}
