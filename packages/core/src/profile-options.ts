import { parseFilters, type FilterLimits } from '@countersign/filters'
import { ALGORITHMS, type Algorithm } from './keys.ts'
import { booleanOption, choiceOption, numberOption, ownOptions, stringOption } from './options.ts'
import type { FilterRules, Profile, ProfileOptions, TokenLimits, UserClaim } from './profile.ts'
import type { StandardSchema } from './standard-schema.ts'

const MAX_LIFETIME = 366 * 86_400
const HEADER = /^[!#$%&'*+.^_`|~0-9a-z-]+$/ // RFC 9110 section 5.1, in lower case
const SCHEME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** How an option is called in an error. */
function at(name: string): string {
  return `defineProfile: option "${name}"`
}

function fail(message: string): never {
  throw new TypeError(`defineProfile: ${message}`)
}

function group<T extends object>(name: string, value: T, known: readonly (keyof T & string)[]): T {
  return ownOptions(at(name), value, known)
}

export function readAlgorithms(value: readonly Algorithm[]): readonly Algorithm[] {
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
  const header = stringOption(at(name), value).toLowerCase()
  if (!HEADER.test(header)) fail(`option "${name}" is not a header name`)
  return header
}

function readScheme(name: string, value: unknown): string {
  if (typeof value !== 'string' || !SCHEME.test(value))
    fail(`option "${name}" is not an authentication scheme`)
  return value
}

export function readToken(value: ProfileOptions['token']): Profile['token'] {
  const { header, scheme } = group('token', value, ['header', 'scheme'])
  return {
    header: readHeaderName('token.header', header),
    scheme: scheme === null ? null : readScheme('token.scheme', scheme),
  }
}

export function readTenant(value: ProfileOptions['tenant']): Profile['tenant'] {
  const { claim, hint, apiKey } = group('tenant', value, ['claim', 'hint', 'apiKey'])
  return {
    claim: stringOption(at('tenant.claim'), claim),
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

export function readNullable(name: string, value: string | null): string | null {
  return value === null ? null : stringOption(at(name), value)
}

export function readAudience(value: ProfileOptions['audience']): readonly string[] | null {
  if (value === null) return null
  return readNames('audience', typeof value === 'string' ? [value] : value)
}

function readNames(name: string, value: readonly string[]): readonly string[] {
  if (!Array.isArray(value) || value.length === 0) fail(`option "${name}" must be a non-empty list`)
  return value.map((item) => stringOption(`defineProfile: an item of option "${name}"`, item))
}

export function readLifetime(value: unknown): number {
  if (value === undefined) fail('option "maxLifetime" is required')
  return numberOption(at('maxLifetime'), value, {
    min: 1,
    max: MAX_LIFETIME,
    fallback: 0,
  })
}

export function readUser(value: ProfileOptions['user']): Profile['user'] {
  const { id, email, roles, plan } = group('user', value, ['id', 'email', 'roles', 'plan'])
  return {
    id: readUserClaim('user.id', id),
    email: readUserClaim('user.email', email),
    roles: readNullable('user.roles', roles),
    plan: readUserClaim('user.plan', plan),
  }
}

// Every member is spelled out: what is absent must not be read from a polluted prototype.
function readUserClaim(name: string, value: UserClaim | string | null): Profile['user']['id'] {
  if (value === null) return null
  const given = typeof value === 'string' ? { claim: value } : value
  const own = group(name, given, ['claim', 'required', 'attribute', 'fallback'])
  const text = (source: 'attribute' | 'fallback'): string | undefined =>
    own[source] === undefined ? undefined : stringOption(at(`${name}.${source}`), own[source])
  booleanOption(at(`${name}.required`), own.required, false)
  return {
    claim: stringOption(at(typeof value === 'string' ? name : `${name}.claim`), own.claim),
    required: own.required,
    attribute: text('attribute'),
    fallback: text('fallback'),
  }
}

export function readFilters(value: FilterRules | null): Profile['filters'] {
  if (value === null) return null
  const names = ['claim', 'body', 'policy', 'required', 'limits'] as const
  const own = group('filters', value, names)
  return {
    claim: stringOption(at('filters.claim'), own.claim),
    body: readNullable('filters.body', own.body),
    policy: choiceOption(
      at('filters.policy'),
      own.policy,
      ['precedence', 'intersect', 'strict', 'replace'],
      'precedence',
    ),
    required: booleanOption(at('filters.required'), own.required, false),
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

export function readAttributes(value: ProfileOptions['userAttributes']): Profile['userAttributes'] {
  if (value === null) return null
  const { claim, body } = group('userAttributes', value, ['claim', 'body'])
  if (!Array.isArray(body)) fail('option "userAttributes.body" must be a list')
  return {
    claim: stringOption(at('userAttributes.claim'), claim),
    body: body.length === 0 ? [] : readNames('userAttributes.body', body),
  }
}

export function readBody(value: ProfileOptions['body']): Profile['body'] {
  if (value === null) return null
  const { tenant, when } = group('body', value, ['tenant', 'when'])
  const members =
    Array.isArray(tenant) && tenant.length === 0 ? [] : readNames('body.tenant', tenant)
  if (when === undefined) fail('option "body.when" is required')
  const presence = choiceOption(at('body.when'), when, ['when-present', 'required'], 'when-present')
  if (members.length === 0 && presence === 'required')
    fail('option "body.when" is "required", but "body.tenant" names no member')
  return { tenant: members, when: presence }
}

export function readLimits(value: TokenLimits = {}): Profile['limits'] {
  const { tokenBytes, depth } = group('limits', value, ['tokenBytes', 'depth'])
  const rule = (name: string, given: unknown, min: number, max: number, fallback: number): number =>
    numberOption(at(`limits.${name}`), given, {
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

export function readCustom<Custom>(
  value: StandardSchema<Custom> | undefined,
): StandardSchema<Custom> | undefined {
  if (value === undefined) return undefined
  if (typeof (value as StandardSchema | null)?.['~standard']?.validate !== 'function')
    fail('option "custom" is not a Standard Schema')
  return value
}
