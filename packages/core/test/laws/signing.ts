import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import type { Algorithm, TenantKey } from '../../src/index.ts'

// A signer of our own on node:crypto, so that nothing that is tested takes part in making the tokens.

/** A key as the customer holds it, and as the tenant's record shows it. */
export interface SigningKey {
  readonly alg: Algorithm
  readonly private: KeyObject | string
  readonly tenantKey: TenantKey
}

export function hmacKey(secret: string, kid?: string): SigningKey {
  return {
    alg: 'HS256',
    private: secret,
    tenantKey: { alg: 'HS256', secret, ...(kid !== undefined && { kid }) },
  }
}

export function publicKey(
  alg: Exclude<Algorithm, 'HS256'>,
  { kid, bits = 2048 }: { kid?: string; bits?: number } = {},
): SigningKey {
  const pair =
    alg === 'EdDSA'
      ? generateKeyPairSync('ed25519')
      : alg === 'ES256'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('rsa', { modulusLength: bits })
  const pem = String(pair.publicKey.export({ type: 'spki', format: 'pem' }))
  return {
    alg,
    private: pair.privateKey,
    tenantKey: { alg, publicKey: pem, ...(kid !== undefined && { kid }) },
  }
}

export function encode(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return Buffer.from(text).toString('base64url')
}

/** The signature of `header.payload`, as base64url. */
export function signature(input: string, { alg, private: key }: SigningKey): string {
  const bytes = Buffer.from(input)
  if (typeof key === 'string') return createHmac('sha256', key).update(bytes).digest('base64url')
  switch (alg) {
    case 'ES256':
      return sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')
    case 'EdDSA':
      return sign(null, bytes, key).toString('base64url')
    case 'PS256':
      // RSA_PKCS1_PSS_PADDING, and a salt as long as the digest.
      return sign('sha256', bytes, { key, padding: 6, saltLength: 32 }).toString('base64url')
    default:
      return sign('sha256', bytes, key).toString('base64url')
  }
}

/** A compact JWS. Texts stand for themselves, so that broken JSON can be signed too. */
export function token(
  claims: unknown,
  key: SigningKey,
  header: unknown = { alg: key.alg },
): string {
  const input = `${encode(header)}.${encode(claims)}`
  return `${input}.${signature(input, key)}`
}
