import {
  createHash,
  generateKeyPairSync,
  randomBytes,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto'
import type { Tenant } from '@countersign/core'

/** An RSA key in every spelling that somebody has once used as a secret. */
export interface RsaKey {
  readonly private: KeyObject
  readonly pem: string
  readonly der: Buffer
  readonly jwk: JsonWebKey
}

/** A tenant, and what its own backend knows. */
export interface Party {
  readonly id: string
  readonly secret: string
  readonly rsa: RsaKey
  readonly issuer: string
  readonly apiKey: string
}

/** All that an attack can draw on. */
export interface World {
  readonly a: Party
  readonly b: Party
  /** Lets requests without a token in (`requireUser: false`), held to {@link PUBLIC_ONLY}. */
  readonly open: Party
  /** Requires a signed clause on `env`. */
  readonly guarded: Party
  /** Keys of nobody's but the attacker's. */
  readonly attacker: { readonly rsa: RsaKey; readonly ec: KeyObject }
  /** The clock, in whole seconds. */
  now(): number
  /** An address that must never be asked for anything. */
  readonly trap: string
  /** What the gateway under attack must be set up with. */
  readonly widgetTenants: readonly Tenant[]
  readonly searchTenants: readonly Tenant[]
  /** What no answer may ever hold. */
  readonly canaries: readonly string[]
}

export const AUDIENCE = 'https://api.inkeep.com'
export const PUBLIC_ONLY = { attributes: { tier: 'public' } } as const

/** The same in every tenant: a `kid` says nothing about whose key it is. */
export const KID = 'k1'

/**
 * Makes tenants, keys and secrets that nobody else has.
 *
 * - `now`: the clock of the gateway, in milliseconds since the epoch. Default: `Date.now`.
 * - `trap`: an http address where a listener counts visitors. Default: one where nobody listens.
 */
export function createWorld(
  options: { readonly now?: () => number; readonly trap?: string } = {},
): World {
  const { now = Date.now, trap = 'http://127.0.0.1:9' } = options
  const [a, b, open, guarded] = ['ten_a', 'ten_b', 'ten_open', 'ten_guarded'].map(createParty) as [
    Party,
    Party,
    Party,
    Party,
  ]
  const parties = [a, b, open, guarded]
  return {
    a,
    b,
    open,
    guarded,
    attacker: {
      rsa: createRsaKey(),
      ec: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
    },
    now: () => Math.floor(now() / 1000),
    trap,
    widgetTenants: parties.map(widgetTenant),
    searchTenants: [
      searchTenant(a),
      searchTenant(b),
      { ...searchTenant(open), requireUser: false, anonymousFilters: PUBLIC_ONLY },
      { ...searchTenant(guarded), requiredFilterAttributes: ['env'] },
    ],
    canaries: parties.flatMap(({ secret, apiKey }) => [secret, apiKey]),
  }
}

export function widgetTenant({ id, secret }: Party): Tenant {
  return { id, keys: [{ alg: 'HS256', kid: KID, secret }] }
}

export function searchTenant({ id, rsa, issuer, apiKey }: Party): Tenant {
  return {
    id,
    issuer,
    keys: [{ alg: 'RS256', kid: KID, publicKey: rsa.pem }],
    apiKeyHashes: [`sha256:${createHash('sha256').update(apiKey).digest('hex')}`],
  }
}

function createParty(id: string): Party {
  return {
    id,
    secret: randomBytes(48).toString('base64url'),
    rsa: createRsaKey(),
    issuer: `https://auth.${id}.example`,
    apiKey: `key_${randomBytes(24).toString('base64url')}`,
  }
}

function createRsaKey(): RsaKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    private: privateKey,
    pem: publicKey.export({ type: 'spki', format: 'pem' }) as string,
    der: publicKey.export({ type: 'spki', format: 'der' }),
    jwk: publicKey.export({ format: 'jwk' }),
  }
}
