import { defineProfile, type Profile } from '@countersign/core'

/**
 * The token of the support widget (HS256 with the tenant's secret, `X-Tenant-Key` beside it), and in the claim `articles`
 * what its user may see. A body may narrow that with `filters`; what is signed takes precedence.
 */
export const supportArticles: Profile<undefined> = defineProfile({
  name: 'support-articles',
  algorithms: ['HS256'],
  token: { header: 'authorization', scheme: 'Bearer' },
  tenant: { claim: 'tenantId', hint: 'x-tenant-key', apiKey: null },
  issuer: null, // the secret belongs to one tenant and to this gateway, so it says both
  audience: null,
  type: null,
  maxLifetime: 3600,
  user: {
    id: { claim: 'userId', required: true },
    email: 'userEmail',
    roles: 'userRoles',
    plan: 'plan',
  },
  // Required: without, the body's filter would be the effective one.
  filters: { claim: 'articles', body: 'filters', policy: 'precedence', required: true },
  userAttributes: null,
  body: { tenant: ['tenantId'], when: 'when-present' },
})
