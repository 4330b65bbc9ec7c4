import { sign as signBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { prepareKey, type PreparedKey } from '../src/keys.ts'
import { isSignedBy } from '../src/signature.ts'
import { OTHER_SECRET, SECRET, ed25519, otherP256, otherRsa, p256, rsa } from './fixtures/keys.ts'
import { segment, sign, type Signer } from './fixtures/tokens.ts'

const claims = { tenantId: 'acme' }
const signed = (token: string, key: PreparedKey): boolean => {
  const end = token.lastIndexOf('.')
  return isSignedBy({ signed: token.slice(0, end), signature: token.slice(end + 1) }, key)
}
const publicKey = (alg: string, pem: string): PreparedKey => prepareKey({ alg, publicKey: pem })
const secret = (text: string): PreparedKey => prepareKey({ alg: 'HS256', secret: text })

describe('isSignedBy', () => {
  it.each<[Signer, PreparedKey, PreparedKey]>([
    [{ alg: 'HS256', secret: SECRET }, secret(SECRET), secret(OTHER_SECRET)],
    [
      { alg: 'RS256', privateKey: rsa().privateKey },
      publicKey('RS256', rsa().pem),
      publicKey('RS256', otherRsa().pem),
    ],
    [
      { alg: 'PS256', privateKey: rsa().privateKey },
      publicKey('PS256', rsa().pem),
      publicKey('PS256', otherRsa().pem),
    ],
    [
      { alg: 'ES256', privateKey: p256().privateKey },
      publicKey('ES256', p256().pem),
      publicKey('ES256', otherP256().pem),
    ],
    [
      { alg: 'EdDSA', privateKey: ed25519().privateKey },
      publicKey('EdDSA', ed25519().pem),
      secret(SECRET),
    ],
  ])('verifies $alg with its key and with no other', (signer, key, other) => {
    const token = sign(claims, signer)
    expect(signed(token, key)).toBe(true)
    expect(signed(token, other)).toBe(false)
  })

  it('refuses a changed payload', () => {
    const [header, , signature] = sign(claims, { alg: 'HS256', secret: SECRET }).split('.')
    const forged = `${header}.${segment({ tenantId: 'globex' })}.${signature}`
    expect(signed(forged, secret(SECRET))).toBe(false)
  })

  it('takes the algorithm of the key, never the token’s word for it (RFC 8725 2.1)', () => {
    const { privateKey, pem } = rsa()
    const token = sign(claims, { alg: 'PS256', privateKey })
    expect(signed(token, publicKey('RS256', pem))).toBe(false)
    const confused = sign(claims, { alg: 'HS256', secret: pem })
    expect(signed(confused, publicKey('RS256', pem))).toBe(false)
  })

  it('refuses "alg": "none" (RFC 8725 2.1)', () => {
    const token = `${segment({ alg: 'none' })}.${segment(claims)}.`
    expect(signed(token, secret(SECRET))).toBe(false)
  })

  it('refuses an ECDSA signature in DER, which is not that of a JWS', () => {
    const text = `${segment({ alg: 'ES256' })}.${segment(claims)}`
    const der = signBytes('sha256', Buffer.from(text), p256().privateKey).toString('base64url')
    expect(signed(`${text}.${der}`, publicKey('ES256', p256().pem))).toBe(false)
  })

  it.each<[string, PreparedKey, number]>([
    ['HS256', secret(SECRET), 32],
    ['RS256', publicKey('RS256', rsa().pem), 256],
    ['PS256', publicKey('PS256', rsa().pem), 256],
    ['ES256', publicKey('ES256', p256().pem), 64],
    ['EdDSA', publicKey('EdDSA', ed25519().pem), 64],
  ])('refuses a signature of any length and of any content with %s', (alg, key, right) => {
    const text = `${segment({ alg })}.${segment(claims)}`
    for (const length of [0, 1, right - 1, right, right + 1, 2 * right, 4096])
      for (const byte of [0x00, 0x01, 0x7f, 0xff])
        expect(signed(`${text}.${Buffer.alloc(length, byte).toString('base64url')}`, key)).toBe(
          false,
        )
  })

  it('throws what is no verdict: a runtime that cannot use the key', () => {
    const key = { ...secret(SECRET), material: {} as PreparedKey['material'] }
    expect(() => signed(sign(claims, { alg: 'HS256', secret: SECRET }), key)).toThrow(TypeError)
  })

  it.each<[string, PreparedKey['material']]>([
    ['a public key', publicKey('RS256', rsa().pem).material],
  ])('throws, and computes no HMAC, where a secret is %s', (_name, material) => {
    const confused = sign(claims, { alg: 'HS256', secret: rsa().pem })
    expect(() => signed(confused, { ...secret(SECRET), material })).toThrow(TypeError)
  })
})
