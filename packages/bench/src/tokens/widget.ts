import type { Tenant } from '@countersign/core'
import { makeProbes, type Probes } from './probes.ts'
import { signHs256, type Claims } from './sign.ts'

export const ISSUER = 'https://customer.example'
export const AUDIENCE = 'https://support.example'
/** The same for all tenants, so that libraries without tenants can take part. */
export const SECRET = 'a-shared-secret-of-the-bench-with-enough-bytes'

const LIFETIME = 3600

/** The record of a tenant of the support widget. */
export function widgetTenant(id: string): Tenant {
  return { id, keys: [{ alg: 'HS256', secret: SECRET }] }
}

/** The claims of a user's token; `issuedAt` is in seconds, an hour from then it expires. */
export function widgetClaims(tenantId: string, userId: string, issuedAt: number): Claims {
  return {
    tenantId,
    userId,
    userEmail: `${userId}@customer.example`,
    userRoles: ['user', 'admin'],
    plan: 'pro',
    iss: ISSUER,
    aud: AUDIENCE,
    iat: issuedAt,
    exp: issuedAt + LIFETIME,
  }
}

/** A user's token. */
export function widgetToken(tenantId: string, userId: string, issuedAt: number): string {
  return signHs256(widgetClaims(tenantId, userId, issuedAt), SECRET)
}

/** The time in seconds. */
export function nowInSeconds(): number {
  return Math.floor(Date.now() / 1000)
}

/** What every verifier has to tell apart: the token of `user-0`, and others that differ from it in one thing. */
export function widgetProbes(tenantId: string, issuedAt: number): Probes {
  const claims = widgetClaims(tenantId, 'user-0', issuedAt)
  return makeProbes(
    claims,
    (changed) => signHs256(changed, SECRET),
    (changed) => signHs256(changed, SECRET.replace('shared', 'stolen')),
  )
}
