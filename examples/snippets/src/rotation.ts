import type { Tenant } from '@countersign/core'

export function rotate(oldSecret: string, newSecret: string): Tenant {
  // #region rotation
  const midnight = Date.UTC(2027, 0, 1) / 1000 // seconds
  const tenant: Tenant = {
    id: 'ten_acme',
    keys: [
      { kid: '2026', alg: 'HS256', secret: oldSecret, notAfter: midnight + 3600 },
      { kid: '2027', alg: 'HS256', secret: newSecret, notBefore: midnight },
    ],
  }
  // #endregion
  return tenant
}
