import { generateKeyPair, randomBytes, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { AsymmetricAlgorithm } from '@countersign/core'
import { choiceOption, ownOptions } from '@countersign/core/signing'
import { calculateJwkThumbprint } from 'jose'

const generate = promisify(generateKeyPair) as (
  type: 'rsa' | 'ec' | 'ed25519',
  options: object,
) => Promise<{ publicKey: KeyObject; privateKey: KeyObject }>

/** A new key pair as text. */
export interface GeneratedKeyPair {
  /** SPKI PEM: what a gateway is configured with. */
  readonly publicKey: string
  /** PKCS#8 PEM: stays with the backend that signs. */
  readonly privateKey: string
  /** The thumbprint of the public key (RFC 7638): a `kid` that no other key has. */
  readonly keyId: string
}

/**
 * A new shared secret: 32 random bytes in 64 hex digits, as `openssl rand -hex 32` makes them. The secret is this text, not
 * the bytes behind it.
 */
export function createSecret(): string {
  // Not base64: one text in 65 536 has the form of a DER key, and would be refused as a secret.
  return randomBytes(32).toString('hex')
}

/**
 * A new key pair: RSA of 2048 bits for RS256 (the default) and PS256, P-256 for ES256, Ed25519 for EdDSA.
 *
 * @throws TypeError that names a wrong option
 */
export async function createKeyPair(
  options: { readonly algorithm?: AsymmetricAlgorithm } = {},
): Promise<GeneratedKeyPair> {
  const own = ownOptions('createKeyPair', options, ['algorithm'], ['algorithm'])
  const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const
  const where = 'createKeyPair: option "algorithm"'
  const { publicKey, privateKey } = await generateFor(
    choiceOption(where, own.algorithm, algorithms, 'RS256'),
  )
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    keyId: await calculateJwkThumbprint(publicKey),
  }
}

function generateFor(algorithm: AsymmetricAlgorithm): ReturnType<typeof generate> {
  switch (algorithm) {
    case 'RS256':
    case 'PS256':
      return generate('rsa', { modulusLength: 2048 })
    case 'ES256':
      return generate('ec', { namedCurve: 'P-256' })
    case 'EdDSA':
      return generate('ed25519', {})
  }
}
