import { group, MISMATCH, PASSES, REJECTED, type AttackGroup } from '../attack.ts'
import { hs256, rs256 } from '../mint.ts'
import { search, widget } from '../requests.ts'

/** One tenant's credentials, another tenant's data. */
export const crossTenant: AttackGroup = group(
  'cross-tenant',
  { at: 'widget', control: widget(({ a }) => ({ hint: a.id })) },
  [
    {
      name: "a's token, b in the hint",
      intent: 'the data of the tenant that the header names',
      make: widget(({ b }) => ({ hint: b.id })),
      expect: MISMATCH,
    },
    {
      name: "a's token, an unknown tenant in the hint",
      intent: 'to learn which tenants there are',
      make: widget({ hint: 'ten_unknown' }),
      expect: MISMATCH,
    },
    {
      name: "a's token, a in upper case in the hint",
      intent: 'a comparison that folds',
      make: widget(({ a }) => ({ hint: a.id.toUpperCase() })),
      expect: MISMATCH,
    },
    {
      name: "b in the claim, a's secret",
      intent: "to sign for the neighbour with one's own secret",
      make: widget(({ a, b }) => ({ as: b, signer: hs256(a.secret) })),
      expect: REJECTED,
    },
    {
      name: "b in the claim and in the hint, a's secret",
      intent: 'the same, where everything that is said agrees',
      make: widget(({ a, b }) => ({ as: b, signer: hs256(a.secret), hint: b.id })),
      expect: REJECTED,
    },
    {
      name: "b in the claim, a's secret, a in the hint",
      intent: 'a key that the hint picks, and a tenant that the claim picks',
      make: widget(({ a, b }) => ({ as: b, signer: hs256(a.secret), hint: a.id })),
      expect: MISMATCH,
    },
    {
      name: 'an unknown tenant in the claim',
      intent: 'to learn which tenants there are: the answer is that of a wrong signature',
      make: widget({ claims: { tenantId: 'ten_unknown' } }),
      expect: REJECTED,
    },
    {
      name: 'an unknown tenant in the claim and in the hint',
      intent: 'to learn which tenants there are: the answer is that of a wrong signature',
      make: widget({ claims: { tenantId: 'ten_unknown' }, hint: 'ten_unknown' }),
      expect: REJECTED,
    },
    {
      name: 'a in tenantId, b in other claims',
      intent: 'a claim that the handler might take for the tenant',
      make: widget(({ b }) => ({ claims: { tenant_id: b.id, tid: b.id, TenantId: b.id } })),
      expect: PASSES,
      sees: { tenantId: 'ten_a' },
    },
    {
      name: "a's token, b's API key",
      intent: 'the data of the tenant that the key belongs to',
      at: 'search',
      make: search(({ b }) => ({ apiKey: b.apiKey })),
      expect: MISMATCH,
    },
    {
      name: "b in the claim, a's key, a's API key",
      intent: "to sign for the neighbour with one's own key",
      at: 'search',
      make: search(({ a, b }) => ({ as: b, apiKey: a.apiKey, signer: rs256(a.rsa.private) })),
      expect: MISMATCH,
    },
    {
      name: "b in the claim, a's key, b's API key",
      intent: 'the same with the API key that every browser knows',
      at: 'search',
      make: search(({ a, b }) => ({ as: b, signer: rs256(a.rsa.private) })),
      expect: REJECTED,
    },
    {
      name: "b in the claim, a's key, no API key in use",
      intent: 'the same, where the claim alone names the tenant',
      at: 'search-keyless',
      make: search(({ a, b }) => ({ as: b, apiKey: null, signer: rs256(a.rsa.private) })),
      expect: REJECTED,
    },
    {
      name: "b in the claim, a's issuer and key, no API key in use",
      intent: 'a key that iss picks, and a tenant that the claim picks',
      at: 'search-keyless',
      make: search(({ a, b }) => ({
        as: b,
        apiKey: null,
        claims: { iss: a.issuer },
        signer: rs256(a.rsa.private),
      })),
      expect: REJECTED,
    },
    {
      name: "a's API key where none is in use, b's token",
      intent: 'none: a header that is not read names nobody',
      at: 'search-keyless',
      make: search(({ a, b }) => ({ as: b, apiKey: a.apiKey })),
      expect: PASSES,
      sees: { tenantId: 'ten_b' },
    },
    ...(['integrationId', 'integration_id'] as const).map((name) => ({
      name: `a's token, b in the body's ${name}`,
      intent: 'the data of the tenant that the body names',
      at: 'search' as const,
      make: search(({ b }) => ({ body: { [name]: b.id } })),
      expect: MISMATCH,
    })),
    {
      name: "a's token, b in the body, no API key in use",
      intent: 'the data of the tenant that the body names',
      at: 'search-keyless',
      make: search(({ b }) => ({ apiKey: null, body: { integrationId: b.id } })),
      expect: MISMATCH,
    },
    {
      name: "a's token and API key, a in the body",
      intent: 'none: all that is said agrees',
      at: 'search',
      make: search(({ a }) => ({ body: { integrationId: a.id, integration_id: a.id } })),
      expect: PASSES,
      sees: { tenantId: 'ten_a', userId: 'usr_1' },
    },
  ],
)
