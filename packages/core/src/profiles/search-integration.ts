import type { FilterLimits, MergePolicy } from '@countersign/filters'
import type { AsymmetricAlgorithm } from '../keys.ts'
import { numberOption, ownOptions } from '../options.ts'
import { defineProfile, type Profile, type TokenLimits } from '../profile.ts'
import type { StandardSchema } from '../standard-schema.ts'

/** What the profile takes; all of it may be left out. */
export interface SearchIntegrationOptions<Custom = undefined> {
  /** What may sign: any of RS256, PS256, ES256, EdDSA. Default: `['RS256']`. */
  readonly algorithms?: readonly [AsymmetricAlgorithm, ...AsymmetricAlgorithm[]]
  /** `false`: requests carry no API key, and the token's `integrationId` names the tenant. */
  readonly apiKey?: false
  /** What `aud` must be or contain: one of these. Default: `'https://api.inkeep.com'`. */
  readonly audience?: string | readonly string[]
  /** Whether a body may leave `integrationId` out. Default: `'when-present'`, it may. */
  readonly body?: 'when-present' | 'required'
  readonly filters?: {
    /** How the signed filters meet those of the body. Default: `'precedence'`. */
    readonly policy?: MergePolicy
    /** Refuse tokens without filters. Default: false. */
    readonly required?: boolean
    /** How large a filter may be. */
    readonly limits?: FilterLimits
  }
  /** Seconds that a token may live at most. Default and maximum: 86 400. */
  readonly maxLifetime?: number
  /** How large a token may be. */
  readonly limits?: TokenLimits
  /** A Standard Schema for all claims, synchronous and pure; its output is `identity.custom`. */
  readonly custom?: StandardSchema<Custom>
}

const AUDIENCE = 'https://api.inkeep.com'
const MAX_LIFETIME = 86_400

/**
 * Tokens of a search or chat integration: RS256 with the customer's public key, in `User-Token`, beside an API
 * key in `Authorization: Bearer`; `iss` is the tenant's, `aud` the service, `integrationId` the tenant, also in
 * the body. Signed `filters` and `userAttributes` take precedence over those of the body; valid for a day at most.
 *
 * @throws TypeError that names a wrong option
 */
export function searchIntegration<Custom = undefined>(
  options: SearchIntegrationOptions<Custom> = {},
): Profile<Custom> {
  const own = ownOptions(
    'searchIntegration',
    options,
    ['algorithms', 'apiKey', 'audience', 'body', 'filters', 'maxLifetime', 'limits', 'custom'],
    ['audience', 'algorithms', 'apiKey'],
  )
  const filters = ownOptions(
    'searchIntegration: option "filters"',
    own.filters === undefined ? {} : own.filters,
    ['policy', 'required', 'limits'],
  )
  if (own.apiKey !== undefined && own.apiKey !== false)
    throw new TypeError('searchIntegration: option "apiKey" can only be false')
  if (own.audience === null)
    throw new TypeError('searchIntegration: option "audience" cannot be null')
  // HS256 would otherwise pass defineProfile when it stands alone: this profile is about public keys.
  if (Array.isArray(own.algorithms) && own.algorithms.includes('HS256'))
    throw new TypeError('searchIntegration: option "algorithms" cannot hold HS256')
  return defineProfile<Custom>({
    name: 'search-integration',
    algorithms: own.algorithms === undefined ? ['RS256'] : own.algorithms,
    token: { header: 'user-token', scheme: null },
    tenant: {
      claim: 'integrationId',
      hint: null,
      apiKey: own.apiKey === false ? null : { header: 'authorization', scheme: 'Bearer' },
    },
    issuer: 'tenant',
    audience: own.audience ?? AUDIENCE,
    type: null,
    maxLifetime: numberOption('searchIntegration: option "maxLifetime"', own.maxLifetime, {
      min: 1,
      max: MAX_LIFETIME,
      fallback: MAX_LIFETIME,
    }),
    user: {
      id: { claim: 'userId', attribute: 'userId', fallback: 'sub' },
      email: { claim: 'userEmail', attribute: 'userEmail' },
      roles: null,
      plan: null,
    },
    filters: { claim: 'filters', body: 'filters', ...filters },
    userAttributes: { claim: 'userAttributes', body: ['userAttributes', 'user_attributes'] },
    body: {
      tenant: ['integrationId', 'integration_id'],
      when: own.body === undefined ? 'when-present' : own.body,
    },
    ...(own.limits !== undefined && { limits: own.limits }),
    ...(own.custom !== undefined && { custom: own.custom }),
  })
}
