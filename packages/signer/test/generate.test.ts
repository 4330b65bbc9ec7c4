import { createAuthenticator, searchIntegration } from '@countersign/core'
import { calculateJwkThumbprint, exportJWK, importSPKI } from 'jose'
import { describe, expect, test } from 'vitest'
import { createKeyPair, createSecret, createSigner } from '../src/index.ts'
import { ISSUER, widgetSigner } from './fixtures/signers.ts'

describe('createSecret', () => {
  test('makes what `openssl rand -hex 32` makes, and never the same twice', () => {
    const secrets = Array.from({ length: 1000 }, createSecret)
    for (const secret of secrets) expect(secret).toMatch(/^[0-9a-f]{64}$/)
    expect(new Set(secrets).size).toBe(1000)
  })

  test('none has the form of a key, which a gateway would refuse', () => {
    for (let i = 0; i < 200; i += 1)
      expect(widgetSigner({ secret: createSecret() }).profile).toBe('support-widget')
  })
})

describe('createKeyPair', () => {
  test.each(['RS256', 'PS256', 'ES256', 'EdDSA'] as const)(
    '%s: both halves work where they belong',
    async (algorithm) => {
      const { publicKey, privateKey, keyId } = await createKeyPair({ algorithm })
      expect(publicKey).toMatch(/^-----BEGIN PUBLIC KEY-----\n/)
      expect(privateKey).toMatch(/^-----BEGIN PRIVATE KEY-----\n/)
      const signer = createSigner({
        profile: 'search-integration',
        integrationId: 'int_docs',
        issuer: ISSUER,
        privateKey,
        algorithm,
        keyId,
      })
      const gateway = createAuthenticator({
        profile: searchIntegration({ apiKey: false, algorithms: [algorithm] }),
        tenants: [
          { id: 'int_docs', issuer: ISSUER, keys: [{ alg: algorithm, publicKey, kid: keyId }] },
        ],
      })
      expect((await gateway.verify(await signer.sign({ userId: 'u' }))).userId).toBe('u')
    },
  )

  test('RS256 of 2048 bits by default, as the second document’s openssl commands', async () => {
    const { publicKey } = await createKeyPair()
    const { kty, n = '' } = await exportJWK(await importSPKI(publicKey, 'RS256'))
    expect([kty, Buffer.from(n, 'base64url').length]).toEqual(['RSA', 256])
  })

  test('the keyId is the thumbprint of RFC 7638', async () => {
    const { publicKey, keyId } = await createKeyPair({ algorithm: 'ES256' })
    const jwk = await exportJWK(await importSPKI(publicKey, 'ES256'))
    expect(keyId).toBe(await calculateJwkThumbprint(jwk))
    expect(keyId).toMatch(/^[\w-]{43}$/)
  })

  test.each<[unknown, string]>([
    [
      { algorithm: 'HS256' },
      'createKeyPair: option "algorithm" must be one of: RS256, PS256, ES256, EdDSA',
    ],
    [
      { algorithm: undefined },
      'createKeyPair: option "algorithm" is undefined; leave it out or give a value',
    ],
    [{ alg: 'RS256' }, 'createKeyPair: unknown option "alg" (known: algorithm)'],
    ['RS256', 'createKeyPair: expected an options object'],
  ])('refuses %j', async (options, message) => {
    await expect(createKeyPair(options as never)).rejects.toThrow(new TypeError(message))
  })
})
