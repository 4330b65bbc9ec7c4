// #region profile
import { defineProfile } from '@countersign/core'

export const agentDesk = defineProfile({
  name: 'agent-desk', // in events
  algorithms: ['ES256'], // HS256 alone, or public-key algorithms; never both
  token: { header: 'authorization', scheme: 'Bearer' }, // scheme: null, the bare value
  tenant: { claim: 'org', hint: 'x-org', apiKey: null },
  issuer: 'tenant', // each tenant's own
  audience: 'https://desk.example',
  type: null, // "typ" in the header is not checked
  maxLifetime: 900, // seconds
  user: { id: { claim: 'sub', required: true }, email: 'email', roles: 'roles', plan: null },
  filters: { claim: 'filters', body: 'filters', policy: 'strict' },
  userAttributes: null,
  body: { tenant: ['org_id'], when: 'required' },
})
// #endregion
