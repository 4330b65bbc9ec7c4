import {
  createAuthenticator,
  searchIntegration,
  type Authenticator,
  type Tenant,
} from '@countersign/core'

// #region tenant
export const tenant: Tenant = {
  id: 'int_docs',
  issuer: 'https://auth.mydomain.com',
  keys: [
    { algorithms: ['RS256'], jwksUrl: 'https://auth.mydomain.com/.well-known/jwks.json' },
    // Others may stand beside it, as during a move:
    // { alg: 'RS256', publicKey: '-----BEGIN PUBLIC KEY-----\n…', notAfter: 1_830_300_000 },
  ],
}
// #endregion

export function createGuarded(tenants: readonly Tenant[]): Authenticator<undefined> {
  // #region fetch
  const allowed = new Set(['auth.mydomain.com'])
  const authenticator = createAuthenticator({
    profile: searchIntegration(),
    tenants,
    async fetch(url, init) {
      if (!allowed.has(new URL(url).hostname)) throw new Error('not a host of a customer')
      return fetch(url, init)
    },
  })
  // #endregion
  return authenticator
}
