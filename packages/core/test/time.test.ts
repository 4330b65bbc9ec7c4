import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AuthError } from '../src/errors.ts'
import { isActive } from '../src/keys.ts'
import { checkTimes, isWithin, safelyBetween, safeWindow } from '../src/time.ts'
import { refusalOf } from './fixtures/refusals.ts'
import { parameters } from './laws/runs.ts'

const NOW = 1_000_000
const rules = { now: NOW, tolerance: 30, maxLifetime: 3600 }
const check = (claims: object, over: Partial<typeof rules> = {}): unknown =>
  checkTimes(claims as Record<string, unknown>, { ...rules, ...over })
const refused = (claims: object, over: Partial<typeof rules> = {}): unknown =>
  refusalOf(() => check(claims, over))

const expired = { code: 'token_expired', reason: 'exp is past', claim: undefined }
const early = (claim: 'nbf' | 'iat'): object => ({
  code: 'token_not_active',
  reason: `${claim} is in the future`,
  claim,
})
const long = { code: 'token_lifetime', reason: 'longer than allowed', claim: 'exp' }
const noNumber = (claim: string): object => ({
  code: 'claims_invalid',
  reason: 'not a finite number',
  claim,
})

describe('exp (RFC 7519 section 4.1.4)', () => {
  it('is required', () => {
    expect(refused({})).toEqual({ code: 'claims_invalid', reason: 'missing', claim: 'exp' })
  })

  it('passes until exp + tolerance, which is exclusive', () => {
    expect(check({ exp: NOW - 29.999 })).toEqual({ expiresAt: NOW - 29.999, issuedAt: undefined })
    expect(refused({ exp: NOW - 30 })).toEqual(expired)
    expect(refused({ exp: NOW - 31 })).toEqual(expired)
  })

  it('passes until exp itself without tolerance', () => {
    expect(check({ exp: NOW + 1 }, { tolerance: 0 })).toMatchObject({ expiresAt: NOW + 1 })
    expect(refused({ exp: NOW }, { tolerance: 0 })).toEqual(expired)
  })

  it.each([['1000060'], [null], [true], [[NOW + 60]], [{}], [Infinity], [-Infinity], [NaN]])(
    'refuses an exp that is %j',
    (exp) => {
      expect(refused({ exp })).toEqual(noNumber('exp'))
    },
  )

  it('refuses 1e400, which parses as Infinity', () => {
    expect(refused(JSON.parse('{"exp":1e400}') as object)).toEqual(noNumber('exp'))
  })

  it('does not read an exp of the prototype', () => {
    expect(refused(Object.create({ exp: NOW + 60 }) as object)).toEqual({
      code: 'claims_invalid',
      reason: 'missing',
      claim: 'exp',
    })
  })
})

describe('nbf (RFC 7519 section 4.1.5)', () => {
  const exp = NOW + 60

  it('passes from nbf - tolerance, which is inclusive', () => {
    expect(check({ exp, nbf: NOW + 30 })).toMatchObject({ expiresAt: exp })
    expect(refused({ exp, nbf: NOW + 30.001 })).toEqual(early('nbf'))
    expect(refused({ exp, nbf: NOW + 1 }, { tolerance: 0 })).toEqual(early('nbf'))
    expect(check({ exp, nbf: NOW }, { tolerance: 0 })).toMatchObject({ expiresAt: exp })
  })

  it('refuses an nbf that is text', () => {
    expect(refused({ exp, nbf: String(NOW) })).toEqual(noNumber('nbf'))
  })

  it('takes a negative nbf and fractions', () => {
    expect(check({ exp, nbf: -1.5 })).toMatchObject({ expiresAt: exp })
  })
})

describe('iat (RFC 7519 section 4.1.6)', () => {
  const exp = NOW + 60

  it('passes up to now + tolerance, which is inclusive', () => {
    expect(check({ exp, iat: NOW + 30 })).toEqual({ expiresAt: exp, issuedAt: NOW + 30 })
    expect(refused({ exp, iat: NOW + 30.001 })).toEqual(early('iat'))
  })

  it('is optional, and given back as signed', () => {
    expect(check({ exp })).toEqual({ expiresAt: exp, issuedAt: undefined })
    expect(check({ exp, iat: NOW - 0.5 })).toEqual({ expiresAt: exp, issuedAt: NOW - 0.5 })
  })

  it('refuses an iat that is null', () => {
    expect(refused({ exp, iat: null })).toEqual(noNumber('iat'))
  })
})

describe('lifetime', () => {
  it('holds exp - iat to maxLifetime + tolerance, inclusive', () => {
    expect(check({ iat: NOW - 100, exp: NOW - 100 + 3630 })).toMatchObject({ issuedAt: NOW - 100 })
    expect(refused({ iat: NOW - 100, exp: NOW - 100 + 3631 })).toEqual(long)
  })

  it('lets the exp - iat = 3601 of the documents’ own Python sample pass', () => {
    expect(check({ iat: NOW - 1, exp: NOW + 3600 })).toMatchObject({ expiresAt: NOW + 3600 })
  })

  it('holds exp - now to the same, so that no iat of one’s choice can stretch it', () => {
    expect(check({ exp: NOW + 3630 })).toMatchObject({ expiresAt: NOW + 3630 })
    expect(refused({ exp: NOW + 3631 })).toEqual(long)
    expect(refused({ iat: NOW + 30, exp: NOW + 3631 })).toEqual(long)
  })

  it('refuses an iat long ago even where exp is near', () => {
    expect(refused({ iat: 0, exp: NOW + 1 })).toEqual(long)
  })

  it('has no tolerance where there is none', () => {
    expect(check({ iat: NOW, exp: NOW + 3600 }, { tolerance: 0 })).toMatchObject({ issuedAt: NOW })
    expect(refused({ iat: NOW, exp: NOW + 3601 }, { tolerance: 0 })).toEqual(long)
  })
})

describe('order: the first failure answers', () => {
  it('exp before nbf before iat before lifetime', () => {
    const nbf = NOW + 100
    expect(refused({ exp: NOW - 100, nbf, iat: NOW + 100 })).toEqual(expired)
    expect(refused({ exp: NOW + 9999, nbf, iat: NOW + 100 })).toEqual(early('nbf'))
    expect(refused({ exp: NOW + 9999, nbf: NOW, iat: NOW + 100 })).toEqual(early('iat'))
    expect(refused({ exp: NOW + 9999, nbf: NOW, iat: NOW })).toEqual(long)
  })
})

describe('a clock that says NaN', () => {
  it('refuses', () => {
    expect(refused({ exp: NOW + 60 }, { now: NaN })).toEqual(expired)
  })
})

describe('safeWindow', () => {
  const always = { notBefore: -Infinity, notAfter: Infinity }
  const lasting = { tolerance: 30, maxLifetime: 3600 }
  const times = { expiresAt: NOW + 300, issuedAt: NOW, notBefore: undefined }

  it('is a second or two narrower than what passes', () => {
    expect(safeWindow(times, lasting, always)).toEqual({ from: NOW - 29, until: NOW + 329 })
    expect(safeWindow({ ...times, notBefore: NOW + 100.5 }, lasting, always)).toMatchObject({
      from: NOW + 72,
    })
    const key = { notBefore: NOW + 50, notAfter: NOW + 200 }
    expect(safeWindow(times, lasting, key)).toEqual({ from: NOW + 51, until: NOW + 199 })
    expect(safeWindow(times, { ...lasting, maxLifetime: 100 }, always)).toMatchObject({
      from: NOW + 171,
    })
  })

  it('is empty for times in which a part of a second is lost', () => {
    const far = safeWindow({ ...times, expiresAt: 1e17 }, { ...lasting, maxLifetime: 1e17 }, always)
    expect(isWithin(far, NOW)).toBe(false)
    expect(isWithin(safelyBetween(0, NaN), 1)).toBe(false)
    expect(isWithin(safelyBetween(NaN, NOW), 1)).toBe(false)
  })

  it('holds nothing for a clock that says NaN', () => {
    expect(isWithin(safeWindow(times, lasting, always), NaN)).toBe(false)
  })

  it('never says yes where the comparisons say no, at any instant', () => {
    const parameter = parameters('safe windows', 5000)
    // Around one instant, so that they meet; on whole seconds, beside them, and far from everything.
    const offset = fc.oneof(
      fc.integer({ min: -10, max: 10 }),
      fc.double({ min: -10, max: 10, noNaN: true }),
      fc.integer({ min: -1e6, max: 1e6 }),
      fc.constantFrom(-1e300, -1e17, 1e12, 1e17, 1e300),
    )
    const instant = offset.map((by) => NOW + by)
    const key = fc.record({
      notBefore: fc.oneof(instant, fc.constant(-Infinity)),
      notAfter: fc.oneof(instant, fc.constant(Infinity)),
    })
    const claims = fc.record(
      { exp: instant, iat: instant, nbf: instant },
      { requiredKeys: ['exp'] },
    )
    const settings = fc.record({
      tolerance: fc.constantFrom(0, 0.5, 5, 30),
      maxLifetime: fc.constantFrom(1, 5.5, 30, 3600, 1e17, Infinity),
    })
    let within = 0
    fc.assert(
      fc.property(claims, key, settings, fc.array(offset, { minLength: 20 }), (...given) => {
        const [{ exp, iat, nbf }, window, rule, nows] = given
        const found = { expiresAt: exp, issuedAt: iat, notBefore: nbf }
        for (const by of [0, ...nows]) {
          const now = NOW + by
          // What passed once is what a window is made of.
          if (!passes({ exp, iat, nbf }, now, rule)) continue
          const safe = safeWindow(found, rule, window)
          for (const later of nows.map((n) => NOW + n)) {
            if (!isWithin(safe, later)) continue
            within += 1
            expect(passes({ exp, iat, nbf }, later, rule) && isActive(window, later)).toBe(true)
          }
          break
        }
      }),
      parameter,
    )
    if (parameter.isFull) expect(within).toBeGreaterThan(100)
  })

  function passes(claims: object, now: number, rule: typeof lasting): boolean {
    try {
      checkTimes(claims as Record<string, unknown>, { ...rule, now })
      return true
    } catch (error) {
      expect(AuthError.isGenuine(error)).toBe(true)
      return false
    }
  }
})
