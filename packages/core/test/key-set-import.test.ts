import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { importKeySet } from '../src/key-set-import.ts'
import { ed25519, otherP256, p256, rsa } from './fixtures/keys.ts'
import { jwkOf } from './fixtures/jwks-host.ts'

const ec = jwkOf(p256().publicKey)
const rsaJwk = jwkOf(rsa().publicKey)
const good = jwkOf(otherP256().publicKey, { kid: 'good' })

const summary = (...jwks: object[]): unknown =>
  importKeySet(jwks).keys.map(({ alg, label }) => `${alg} ${label}`)

describe('the keys of a set', () => {
  it('serve what their type allows, where they name no alg', () => {
    expect(summary({ ...rsaJwk, kid: 'r' })).toEqual(['RS256 r', 'PS256 r'])
    expect(summary({ ...ec, kid: 'e' })).toEqual(['ES256 e'])
    expect(summary(jwkOf(ed25519().publicKey, { kid: 'o' }))).toEqual(['EdDSA o'])
  })

  it('serve the alg that they name, and no other', () => {
    expect(summary({ ...rsaJwk, alg: 'RS256' })).toEqual(['RS256 .1'])
    expect(summary({ ...rsaJwk, alg: 'PS256' })).toEqual(['PS256 .1'])
    expect(summary({ ...ec, alg: 'ES256' })).toEqual(['ES256 .1'])
  })

  it('are called by their kid, else by their place, also where others are left out', () => {
    expect(summary(ec, { kty: 'oct', k: 'AAAA' }, good, ec)).toEqual([
      'ES256 .1',
      'ES256 good',
      'ES256 .4',
    ])
  })

  it('may share a kid', () => {
    expect(summary({ ...ec, kid: 'k' }, { ...good, kid: 'k' }, { ...rsaJwk, kid: 'k' })).toEqual([
      'ES256 k',
      'ES256 k',
      'RS256 k',
      'PS256 k',
    ])
  })

  it('may have members that decide nothing', () => {
    const jwk = { ...good, x5c: ['AAAA'], x5t: 'AAAA', ext: true, use: 'sig', more: { a: 1 } }
    expect(importKeySet([jwk])).toMatchObject({ keys: [{ kid: 'good' }], faults: [] })
  })
})

describe('a key that cannot be trusted is left out, with the reason; the others count', () => {
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const exponent = (publicExponent: number): object =>
    jwkOf(generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent }).publicKey)
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey
  const k1 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey
  const x25519 = generateKeyPairSync('x25519').publicKey
  const isPrivate = 'a private key stands where a public key belongs'
  const isSymmetric = 'a jwk is symmetric: give it as a secret'

  it.each<[string, object, string]>([
    ['a private EC key', jwkOf(p256().privateKey), isPrivate],
    ['a private RSA key', jwkOf(rsa().privateKey), isPrivate],
    ['a private Ed25519 key', jwkOf(ed25519().privateKey), isPrivate],
    ['a public key with a member d', { ...ec, d: '' }, isPrivate],
    ['an oct key (RFC 8725 2.1)', { kty: 'oct', k: 'A'.repeat(43), alg: 'HS256' }, isSymmetric],
    ['an oct key that says RS256', { kty: 'oct', k: 'A'.repeat(43), alg: 'RS256' }, isSymmetric],
    ['a public key with a member k', { ...ec, k: 'A'.repeat(43) }, isSymmetric],
    ['RSA of 1024 bits', jwkOf(weak.publicKey), 'an RSA key is not of 2048 to 8192 bits'],
    ['e = 3', exponent(3), 'the public exponent of an RSA key is below 65537'],
    ['e = 1', { ...rsaJwk, e: 'AQ' }, 'the public exponent of an RSA key is below 65537'],
    ['use: enc', { ...ec, use: 'enc' }, 'the use of a jwk is not "sig"'],
    [
      'key_ops without verify',
      { ...ec, key_ops: ['encrypt'] },
      'the key_ops of a jwk do not include "verify"',
    ],
    ['P-384', jwkOf(p384), 'ES256 needs a P-256 key'],
    ['secp256k1', jwkOf(k1), 'ES256 needs a P-256 key'],
    ['P-384 that says ES256', jwkOf(p384, { alg: 'ES256' }), 'ES256 needs a P-256 key'],
    ['X25519', jwkOf(x25519), 'EdDSA needs an Ed25519 key'],
    ['an EC key that says RS256', { ...ec, alg: 'RS256' }, 'RS256 needs an RSA key'],
    ['an RSA key that says RS512', { ...rsaJwk, alg: 'RS512' }, 'a jwk is for another alg'],
    ['an EC key that says HS256', { ...ec, alg: 'HS256' }, 'a jwk is for another alg'],
    ['alg: none', { ...rsaJwk, alg: 'none' }, 'a jwk is for another alg'],
    ['an alg that is no text', { ...ec, alg: ['ES256'] }, 'a jwk is for another alg'],
    ['an alg that is null', { ...rsaJwk, alg: null }, 'a jwk is for another alg'],
    ['no kty', {}, 'a jwk cannot be read'],
    ['an unknown kty', { kty: 'AKP', alg: 'ML-DSA-44', pub: 'AAAA' }, 'a jwk is for another alg'],
    ['a point off the curve', { ...ec, x: 'A'.repeat(43) }, 'a jwk cannot be read'],
    ['an empty kid', { ...ec, kid: '' }, 'the kid of a key is not a string of 1 to 256 characters'],
    [
      'a kid that is no text',
      { ...ec, kid: 7 },
      'the kid of a key is not a string of 1 to 256 characters',
    ],
    ['a kid with a line feed', { ...ec, kid: 'a\nb' }, 'the kid of a key has a control character'],
  ])('%s', (_, jwk, reason) => {
    const { keys, faults } = importKeySet([jwk, good])
    expect(keys.map(({ kid }) => kid)).toEqual(['good'])
    expect(faults).toEqual([reason])
  })

  it('a prime that can be factored (ROCA, CVE-2017-15361)', () => {
    // 65537 to any power, modulo the product of the first primes, is what gives such a modulus away.
    const jwk = { ...rsaJwk, n: rocaModulus() }
    expect(importKeySet([jwk, good])).toMatchObject({
      keys: [{ kid: 'good' }],
      faults: ['an RSA key is one that can be factored (ROCA, CVE-2017-15361)'],
    })
  })

  it('each reason once, and no value in it', () => {
    const canary = 'canary-4711'
    const { keys, faults } = importKeySet([
      { kty: 'oct', k: canary },
      { kty: 'oct', k: canary, kid: canary },
      { kty: canary, alg: canary, use: canary },
      { ...ec, alg: canary, [canary]: canary },
      { ...ec, kid: `${canary}\n` },
    ])
    expect(keys).toEqual([])
    expect(faults).toHaveLength(3)
    expect(JSON.stringify(faults)).not.toContain(canary)
  })

  it('members are not read through the prototype', () => {
    expect(importKeySet([Object.create(good) as object]).keys).toEqual([])
  })
})

/** An odd number of 2048 bits that is 1 modulo each of the small primes: 65537 to the power of nothing. */
function rocaModulus(): string {
  let product = 2n
  for (const prime of smallPrimes(167)) product *= prime
  const factor = (1n << 2047n) / product + 1n
  const hex = (factor * product + 1n).toString(16)
  return Buffer.from(hex, 'hex').toString('base64url')
}

function smallPrimes(last: number): bigint[] {
  const primes: bigint[] = []
  for (let n = 3; n <= last; n++)
    if (Array.from({ length: n - 2 }, (_, i) => i + 2).every((d) => n % d !== 0))
      primes.push(BigInt(n))
  return primes
}
