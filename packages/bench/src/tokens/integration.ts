import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto'
import type { Tenant } from '@countersign/core'
import { makeProbes, type Probes } from './probes.ts'
import { rs256Signer, type Claims } from './sign.ts'

export const ISSUER = 'https://customer.example'
export const AUDIENCE = 'https://search.example'
export const INTEGRATION = 'integration-0'
export const API_KEY = 'an-api-key-of-the-bench'

const LIFETIME = 86_400
const KID = 'key-0'

/** What an RSA race is about: tokens of one integration, and the key that they are verified with. */
export interface SignedTokens {
  /** SPKI PEM. */
  readonly publicKey: string
  readonly probes: Probes
  readonly tokens: readonly string[]
}

/** Signs a number of tokens; `issuedAt` is in seconds, a day from then they expire. */
export function signIntegrationTokens(count: number, issuedAt: number): SignedTokens {
  const own = keysOf('customer')
  const sign = rs256Signer(own.privateKey, KID)
  const forge = rs256Signer(keysOf('stranger').privateKey, KID)
  const claims = (user: number): Claims => ({
    integrationId: INTEGRATION,
    userId: `user-${user}`,
    userEmail: `user-${user}@customer.example`,
    plan: 'pro',
    iss: ISSUER,
    aud: AUDIENCE,
    iat: issuedAt,
    exp: issuedAt + LIFETIME,
  })
  return {
    publicKey: own.publicKey,
    probes: makeProbes(claims(0), sign, forge),
    tokens: Array.from({ length: count }, (_, user) => sign(claims(user))),
  }
}

/** The integration's record. */
export function integrationTenant(publicKey: string): Tenant {
  const hash = createHash('sha256').update(API_KEY).digest('hex')
  return {
    id: INTEGRATION,
    keys: [{ alg: 'RS256', publicKey, kid: KID }],
    issuer: ISSUER,
    apiKeyHashes: [`sha256:${hash}`],
  }
}

/** The same key as a set of JSON Web Keys. */
export function keySet(publicKey: string) {
  const { n = '', e = '' } = createPublicKey(publicKey).export({ format: 'jwk' })
  return { keys: [{ kty: 'RSA', n, e, kid: KID, alg: 'RS256', use: 'sig' as const }] }
}

interface Keys {
  readonly publicKey: string
  readonly privateKey: string
}

// Made once: finding primes takes longer than everything else here.
const made = new Map<string, Keys>()

function keysOf(owner: 'customer' | 'stranger'): Keys {
  const keys =
    made.get(owner) ??
    generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    })
  made.set(owner, keys)
  return keys
}
