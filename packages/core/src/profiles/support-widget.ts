import { numberOption, ownOptions } from '../options.ts'
import { defineProfile, type Profile, type TokenLimits } from '../profile.ts'
import type { StandardSchema } from '../standard-schema.ts'

/** What the profile takes; all of it may be left out. */
export interface SupportWidgetOptions<Custom = undefined> {
  /** Check `iss`: it must equal this text, or `'tenant'` for each tenant's own. Default: not checked. */
  readonly issuer?: string
  /** Check `aud`: it must be, or contain, one of these. Default: not checked. */
  readonly audience?: string | readonly string[]
  /** Seconds that a token may live at most. Default and maximum: 3600. */
  readonly maxLifetime?: number
  /** How large a token may be. */
  readonly limits?: TokenLimits
  /** A Standard Schema for all claims, synchronous and pure; its output is `identity.custom`. */
  readonly custom?: StandardSchema<Custom>
}

const MAX_LIFETIME = 3600

/**
 * Tokens of a support widget: HS256 with the tenant's shared secret, in `Authorization: Bearer`, with the
 * claims `tenantId`, `userId`, and optionally `userEmail`, `userRoles`, `plan`; valid for an hour at most.
 * The header `X-Tenant-Key`, where sent, must name the same tenant. Binds no body.
 *
 * @throws TypeError that names a wrong option
 */
export function supportWidget<Custom = undefined>(
  options: SupportWidgetOptions<Custom> = {},
): Profile<Custom> {
  const own = ownOptions(
    'supportWidget',
    options,
    ['issuer', 'audience', 'maxLifetime', 'limits', 'custom'],
    ['issuer', 'audience'],
  )
  return defineProfile<Custom>({
    name: 'support-widget',
    algorithms: ['HS256'],
    token: { header: 'authorization', scheme: 'Bearer' },
    tenant: { claim: 'tenantId', hint: 'x-tenant-key', apiKey: null },
    issuer: own.issuer ?? null,
    audience: own.audience ?? null,
    type: null,
    maxLifetime: numberOption('supportWidget: option "maxLifetime"', own.maxLifetime, {
      min: 1,
      max: MAX_LIFETIME,
      fallback: MAX_LIFETIME,
    }),
    user: {
      id: { claim: 'userId', required: true },
      email: 'userEmail',
      roles: 'userRoles',
      plan: 'plan',
    },
    filters: null,
    userAttributes: null,
    body: null,
    ...(own.limits !== undefined && { limits: own.limits }),
    ...(own.custom !== undefined && { custom: own.custom }),
  })
}
