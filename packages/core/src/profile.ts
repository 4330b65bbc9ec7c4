import { parseFilters, type FilterLimits, type MergePolicy } from '@countersign/filters'
import { ALGORITHMS, type Algorithm, type AsymmetricAlgorithm } from './keys.ts'
import { booleanOption, choiceOption, numberOption, ownOptions, stringOption } from './options.ts'
import type { StandardSchema } from './standard-schema.ts'

/** Where one fact about the user is read in the verified claims. */
export interface UserClaim {
  /** The claim; a string. */
  readonly claim: string
  /** Refuse a token without it (`claims_invalid`). Default: false. */
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
  /** Seconds that a token may live at most. */
  readonly maxLifetime: number
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
  readonly limits?: TokenLimits
  /** A Standard Schema for all claims, synchronous and pure; its output is `identity.custom`. */
  readonly custom?: StandardSchema<Custom>
}

export interface FilterRules {
  readonly claim: string
  /** The member of the body; `null`: a body's filters are not looked at. */
  readonly body: string | null
  /** Default: `'precedence'`. */
  readonly policy?: MergePolicy
  /** Refuse a token without filters (`filters_missing`). Default: false. */
  readonly required?: boolean
  readonly limits?: FilterLimits
}

export interface TokenLimits {
  /** Default 8192, 256 to 65536. */
  readonly tokenBytes?: number
  /** Levels of nesting in header and payload. Default 32, 1 to 64. */
  readonly depth?: number
}

type Required<T> = { readonly [K in keyof T]-?: Exclude<T[K], undefined> }

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
    readonly id: UserClaim | null
    readonly email: UserClaim | null
    readonly roles: string | null
    readonly plan: UserClaim | null
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
  readonly limits: Required<TokenLimits>
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
const MAX_LIFETIME = 366 * 86_400
const HEADER = /^[!#$%&'*+.^_`|~0-9a-z-]+$/ // RFC 9110 section 5.1, in lower case
const SCHEME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
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
  const own = ownOptions<ProfileOptions<Custom>>(where, options, NAMES, [
    'issuer',
    'audience',
    'type',
  ])
  const name = stringOption(`${where}: option "name"`, own.name)

  const profile: Profile<Custom> = {
    name,
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
  MADE.add(profile)
  return deepFreezeRules(profile)
}

/** Whether {@link defineProfile} made this. */
export function isProfile(value: unknown): value is Profile {
  return typeof value === 'object' && value !== null && MADE.has(value)
}

function fail(message: string): never {
  throw new TypeError(`defineProfile: ${message}`)
}

function group<T extends object>(name: string, value: T, known: readonly (keyof T & string)[]): T {
  return ownOptions(`defineProfile: option "${name}"`, value, known)
}

function readAlgorithms(value: readonly Algorithm[]): readonly Algorithm[] {
  if (!Array.isArray(value) || value.length === 0)
    fail('option "algorithms" must be a non-empty list')
  const algorithms = value as readonly Algorithm[]
  for (const algorithm of algorithms)
    if (!ALGORITHMS.includes(algorithm))
      fail(`option "algorithms" may hold ${ALGORITHMS.join(', ')} only`)
  // A verifier that takes both can be handed a public key as an HMAC secret (RFC 8725 section 2.1).
  if (algorithms.includes('HS256') && algorithms.some((algorithm) => algorithm !== 'HS256'))
    fail('option "algorithms" mixes HMAC with public-key algorithms')
  return [...algorithms]
}

function readHeaderName(name: string, value: unknown): string {
  const header = stringOption(`defineProfile: option "${name}"`, value).toLowerCase()
  if (!HEADER.test(header)) fail(`option "${name}" is not a header name`)
  return header
}

function readScheme(name: string, value: unknown): string {
  if (typeof value !== 'string' || !SCHEME.test(value))
    fail(`option "${name}" is not an authentication scheme`)
  return value
}

function readToken(value: ProfileOptions['token']): Profile['token'] {
  const { header, scheme } = group('token', value, ['header', 'scheme'])
  return {
    header: readHeaderName('token.header', header),
    scheme: scheme === null ? null : readScheme('token.scheme', scheme),
  }
}

function readTenant(value: ProfileOptions['tenant']): Profile['tenant'] {
  const { claim, hint, apiKey } = group('tenant', value, ['claim', 'hint', 'apiKey'])
  return {
    claim: stringOption('defineProfile: option "tenant.claim"', claim),
    hint: hint === null ? null : readHeaderName('tenant.hint', hint),
    apiKey: apiKey === null ? null : readApiKey(apiKey),
  }
}

function readApiKey(value: { header: string; scheme: string }): { header: string; scheme: string } {
  const { header, scheme } = group('tenant.apiKey', value, ['header', 'scheme'])
  return {
    header: readHeaderName('tenant.apiKey.header', header),
    scheme: readScheme('tenant.apiKey.scheme', scheme),
  }
}

function readNullable(name: string, value: string | null): string | null {
  return value === null ? null : stringOption(`defineProfile: option "${name}"`, value)
}

function readAudience(value: ProfileOptions['audience']): readonly string[] | null {
  if (value === null) return null
  return readNames('audience', typeof value === 'string' ? [value] : value)
}

function readNames(name: string, value: readonly string[]): readonly string[] {
  if (!Array.isArray(value) || value.length === 0) fail(`option "${name}" must be a non-empty list`)
  return value.map((item) => stringOption(`defineProfile: an item of option "${name}"`, item))
}

function readLifetime(value: unknown): number {
  if (value === undefined) fail('option "maxLifetime" is required')
  return numberOption('defineProfile: option "maxLifetime"', value, {
    min: 1,
    max: MAX_LIFETIME,
    fallback: 0,
  })
}

function readUser(value: ProfileOptions['user']): Profile['user'] {
  const { id, email, roles, plan } = group('user', value, ['id', 'email', 'roles', 'plan'])
  return {
    id: readUserClaim('user.id', id),
    email: readUserClaim('user.email', email),
    roles: readNullable('user.roles', roles),
    plan: readUserClaim('user.plan', plan),
  }
}

function readUserClaim(name: string, value: UserClaim | string | null): UserClaim | null {
  if (value === null) return null
  if (typeof value === 'string')
    return { claim: stringOption(`defineProfile: option "${name}"`, value) }
  const own = group(name, value, ['claim', 'required', 'attribute', 'fallback'])
  for (const text of [own.claim, own.attribute ?? own.claim, own.fallback ?? own.claim])
    stringOption(`defineProfile: option "${name}"`, text)
  booleanOption(`defineProfile: option "${name}.required"`, own.required, false)
  return { ...own }
}

function readFilters(value: FilterRules | null): Profile['filters'] {
  if (value === null) return null
  const names = ['claim', 'body', 'policy', 'required', 'limits'] as const
  const own = group('filters', value, names)
  return {
    claim: stringOption('defineProfile: option "filters.claim"', own.claim),
    body: readNullable('filters.body', own.body),
    policy: choiceOption(
      'defineProfile: option "filters.policy"',
      own.policy,
      ['precedence', 'intersect', 'strict', 'replace'],
      'precedence',
    ),
    required: booleanOption('defineProfile: option "filters.required"', own.required, false),
    limits: readFilterLimits(own.limits),
  }
}

function readFilterLimits(limits: FilterLimits | undefined): FilterLimits | undefined {
  if (limits === undefined) return undefined
  try {
    parseFilters(null, { source: 'body', limits }) // it knows its own limits
  } catch (error) {
    throw new TypeError(`defineProfile: option "filters.limits": ${(error as Error).message}`)
  }
  return { ...limits }
}

function readAttributes(value: ProfileOptions['userAttributes']): Profile['userAttributes'] {
  if (value === null) return null
  const { claim, body } = group('userAttributes', value, ['claim', 'body'])
  if (!Array.isArray(body)) fail('option "userAttributes.body" must be a list')
  return {
    claim: stringOption('defineProfile: option "userAttributes.claim"', claim),
    body: body.length === 0 ? [] : readNames('userAttributes.body', body),
  }
}

function readBody(value: ProfileOptions['body']): Profile['body'] {
  if (value === null) return null
  const { tenant, when } = group('body', value, ['tenant', 'when'])
  const members =
    Array.isArray(tenant) && tenant.length === 0 ? [] : readNames('body.tenant', tenant)
  const presence = choiceOption(
    'defineProfile: option "body.when"',
    when,
    ['when-present', 'required'],
    'when-present',
  )
  if (members.length === 0 && presence === 'required')
    fail('option "body.when" is "required", but "body.tenant" names no member')
  return { tenant: members, when: presence }
}

function readLimits(value: TokenLimits = {}): Profile['limits'] {
  const { tokenBytes, depth } = group('limits', value, ['tokenBytes', 'depth'])
  const rule = (name: string, given: unknown, min: number, max: number, fallback: number): number =>
    numberOption(`defineProfile: option "limits.${name}"`, given, {
      min,
      max,
      fallback,
      integer: true,
    })
  return {
    tokenBytes: rule('tokenBytes', tokenBytes, 256, 65_536, 8192),
    depth: rule('depth', depth, 1, 64, 32),
  }
}

function readCustom<Custom>(
  value: StandardSchema<Custom> | undefined,
): StandardSchema<Custom> | undefined {
  if (value === undefined) return undefined
  if (typeof (value as StandardSchema | null)?.['~standard']?.validate !== 'function')
    fail('option "custom" is not a Standard Schema')
  return value
}

// The schema is the user's own object and stays as it is.
function deepFreezeRules<T extends Profile<never> | Profile>(profile: T): T {
  const open: unknown[] = Object.entries(profile).flatMap(([name, value]) =>
    name === 'custom' ? [] : [value],
  )
  while (open.length > 0) {
    const next = open.pop()
    if (typeof next !== 'object' || next === null) continue
    open.push(...Object.values(Object.freeze(next)))
  }
  return Object.freeze(profile)
}
