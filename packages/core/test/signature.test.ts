import { sign as signBytes } from 'node:crypto'
import { errors } from 'jose'
import { describe, expect, it, vi } from 'vitest'
import { prepareKey, type PreparedKey } from '../src/keys.ts'
import { isSignedBy } from '../src/signature.ts'
import { OTHER_SECRET, SECRET, ed25519, otherP256, otherRsa, p256, rsa } from './fixtures/keys.ts'
import { segment, sign, type Signer } from './fixtures/tokens.ts'

const claims = { tenantId: 'acme' }
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
  ])('verifies $alg with its key and with no other', async (signer, key, other) => {
    const token = sign(claims, signer)
    expect(await isSignedBy(token, key)).toBe(true)
    expect(await isSignedBy(token, other)).toBe(false)
  })

  it('refuses a changed payload', async () => {
    const [header, , signature] = sign(claims, { alg: 'HS256', secret: SECRET }).split('.')
    const forged = `${header}.${segment({ tenantId: 'globex' })}.${signature}`
    expect(await isSignedBy(forged, secret(SECRET))).toBe(false)
  })

  it('takes the algorithm of the key, never the token’s word for it (RFC 8725 2.1)', async () => {
    const { privateKey, pem } = rsa()
    const token = sign(claims, { alg: 'PS256', privateKey })
    expect(await isSignedBy(token, publicKey('RS256', pem))).toBe(false)
    const confused = sign(claims, { alg: 'HS256', secret: pem })
    expect(await isSignedBy(confused, publicKey('RS256', pem))).toBe(false)
  })

  it('refuses "alg": "none" (RFC 8725 2.1)', async () => {
    const token = `${segment({ alg: 'none' })}.${segment(claims)}.`
    expect(await isSignedBy(token, secret(SECRET))).toBe(false)
  })

  it('refuses an ECDSA signature in DER, which is not that of a JWS', async () => {
    const text = `${segment({ alg: 'ES256' })}.${segment(claims)}`
    const der = signBytes('sha256', Buffer.from(text), p256().privateKey).toString('base64url')
    expect(await isSignedBy(`${text}.${der}`, publicKey('ES256', p256().pem))).toBe(false)
  })

  it('throws what is no verdict: a runtime that cannot use the key', async () => {
    const key = { ...secret(SECRET), material: {} as PreparedKey['material'] }
    await expect(isSignedBy(sign(claims, { alg: 'HS256', secret: SECRET }), key)).rejects.toThrow(
      TypeError,
    )
  })

  it('throws where the runtime fails, which jose tells as a failed signature with a cause', async () => {
    const token = sign(claims, { alg: 'HS256', secret: SECRET })
    const broken = new Error('the runtime is broken')
    const verify = vi.spyOn(crypto.subtle, 'verify').mockRejectedValueOnce(broken)
    try {
      const thrown: unknown = await isSignedBy(token, secret(SECRET)).then(
        () => expect.unreachable('it was a verdict'),
        (error: unknown) => error,
      )
      expect(verify).toHaveBeenCalledOnce()
      expect(thrown).toBeInstanceOf(errors.JWSSignatureVerificationFailed)
      expect((thrown as Error).cause).toBe(broken)
    } finally {
      verify.mockRestore()
    }
    expect(await isSignedBy(token, secret(SECRET))).toBe(true)
    expect(await isSignedBy(token, secret(OTHER_SECRET))).toBe(false)
  })
})
