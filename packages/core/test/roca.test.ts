import { createPublicKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { prepareKey } from '../src/keys.ts'
import { isRocaModulus } from '../src/roca.ts'
import { otherRsa, pemOf, rsa } from './fixtures/keys.ts'
import { parameters } from './laws/runs.ts'
import { thrownBy } from './fixtures/refusals.ts'

// Modulo each of these 65537 has fewer powers than there are residues (CVE-2017-15361).
const PRIMES = [
  11n,
  13n,
  17n,
  19n,
  37n,
  53n,
  61n,
  71n,
  73n,
  79n,
  97n,
  103n,
  107n,
  109n,
  127n,
  151n,
  157n,
]
const M = PRIMES.reduce((product, prime) => product * prime)
const TOP = 1n << 2047n

/** A generator that one seed repeats (mulberry32), as big numbers. */
function numbersFrom(seed: number): (bits: number) => bigint {
  let state = seed
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return (t ^ (t >>> 14)) >>> 0
  }
  return (bits) => {
    let number = 0n
    for (let i = 0; i < bits; i += 32) number = (number << 32n) | BigInt(next())
    return number & ((1n << BigInt(bits)) - 1n)
  }
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  for (let b = base % modulus, e = exponent; e > 0n; e >>= 1n, b = (b * b) % modulus)
    if (e & 1n) result = (result * b) % modulus
  return result
}

/** The number below M that leaves these remainders (the Chinese remainder theorem). */
function withRemainders(remainders: readonly bigint[]): bigint {
  const terms = PRIMES.map((prime, i) => {
    const others = M / prime
    return (remainders[i] as bigint) * others * power(others, prime - 2n, prime)
  })
  return terms.reduce((sum, term) => sum + term) % M
}

/** An odd number of 2048 bits with this remainder modulo M. */
function modulusOf(remainder: bigint, noise: bigint): bigint {
  const base = TOP + (noise % (TOP / 4n))
  const modulus = base - (base % M) + M + remainder
  return modulus % 2n === 1n ? modulus : modulus + M
}

const jwkOf = (modulus: bigint): object => ({
  kty: 'RSA',
  n: Buffer.from(modulus.toString(16).padStart(512, '0'), 'hex').toString('base64url'),
  e: 'AQAB',
})
const prepare = (key: object): unknown => prepareKey(key)
const reason = 'an RSA key is one that can be factored (ROCA, CVE-2017-15361)'

describe('a modulus of the ROCA shape (CVE-2017-15361)', () => {
  const { seed, numRuns } = parameters('roca: weak', 20)
  const random = numbersFrom(seed)

  it('is known, and no key of it is imported, as JWK or PEM', () => {
    for (let i = 0; i < Math.min(numRuns, 50); i++) {
      const weak = modulusOf(power(65_537n, random(64), M), random(2048))
      expect(weak.toString(2)).toHaveLength(2048)
      expect(isRocaModulus(weak)).toBe(true)
      const jwk = jwkOf(weak)
      const publicKey = pemOf(createPublicKey({ key: { ...jwk }, format: 'jwk' }))
      for (const alg of ['RS256', 'PS256'])
        for (const key of [
          { alg, jwk },
          { alg, publicKey },
        ])
          expect((thrownBy(() => prepare(key)) as Error).message).toBe(reason)
    }
  })

  it('is known where each prime sees another power', () => {
    const remainders = PRIMES.map((prime, i) => power(65_537n, BigInt(i * 7 + 3), prime))
    expect(isRocaModulus(modulusOf(withRemainders(remainders), random(2048)))).toBe(true)
  })

  it('is not one where a single prime sees no power', () => {
    for (const [at, prime] of PRIMES.entries()) {
      const powers = new Set(
        Array.from({ length: 200 }, (_, e) => power(65_537n, BigInt(e), prime)),
      )
      const remainders = PRIMES.map((other) => power(65_537n, 5n, other))
      for (let r = 0n; r < prime; r++) {
        remainders[at] = r
        const modulus = modulusOf(withRemainders(remainders), random(2048))
        expect(isRocaModulus(modulus)).toBe(powers.has(r))
      }
    }
  })
})

describe('any other modulus', () => {
  const { seed, numRuns } = parameters('roca: sound', 1000)
  const random = numbersFrom(seed)

  it('passes', () => {
    for (let i = 0; i < Math.max(numRuns, 200); i++)
      expect(isRocaModulus(random(2048) | TOP | 1n)).toBe(false)
    for (let i = 0; i < 20; i++) {
      const sound = modulusOf(withRemainders(PRIMES.map(() => 0n)), random(2048)) + 2n * random(64)
      expect(() => prepare({ alg: 'RS256', jwk: jwkOf(sound) })).not.toThrow()
    }
  })

  it('of a fresh RSA key passes', () => {
    for (const { pem, publicKey } of [rsa(), otherRsa()]) {
      const { n = '' } = publicKey.export({ format: 'jwk' })
      expect(isRocaModulus(BigInt(`0x${Buffer.from(n, 'base64url').toString('hex')}`))).toBe(false)
      expect(prepare({ alg: 'RS256', publicKey: pem })).toMatchObject({ alg: 'RS256' })
    }
  })
})
