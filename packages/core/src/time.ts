import { AuthError } from './errors.ts'
import { member, type JsonObject } from './json.ts'

/** How the time claims are held against the clock. All in seconds. */
export interface TimeRules {
  readonly now: number
  readonly tolerance: number
  readonly maxLifetime: number
}

/** The time claims of a token that passed, in seconds since the epoch. */
export interface TokenTimes {
  readonly expiresAt: number
  readonly issuedAt: number | undefined
  readonly notBefore: number | undefined
}

/**
 * Holds `exp`, `nbf` and `iat` against the clock, in the order of RFC 7519 section 4.1, then the lifetime:
 * both `exp - iat` and `exp - now`, since either alone can be cheated with an `iat` of one's choice.
 *
 * Comparisons are written so that a clock that says `NaN` refuses.
 *
 * @throws AuthError `claims_invalid`, `token_expired`, `token_not_active`, `token_lifetime`
 */
export function checkTimes(
  claims: JsonObject,
  { now, tolerance, maxLifetime }: TimeRules,
): TokenTimes {
  const exp = numericDate(claims, 'exp')
  if (exp === undefined) throw new AuthError('claims_invalid', { reason: 'missing', claim: 'exp' })
  if (!(now < exp + tolerance)) throw new AuthError('token_expired', { reason: 'exp is past' })

  const nbf = numericDate(claims, 'nbf')
  if (nbf !== undefined && !(nbf <= now + tolerance))
    throw new AuthError('token_not_active', { reason: 'nbf is in the future', claim: 'nbf' })

  const iat = numericDate(claims, 'iat')
  if (iat !== undefined && !(iat <= now + tolerance))
    throw new AuthError('token_not_active', { reason: 'iat is in the future', claim: 'iat' })

  const longest = maxLifetime + tolerance
  if (!(exp - now <= longest) || (iat !== undefined && !(exp - iat <= longest)))
    throw new AuthError('token_lifetime', { reason: 'longer than allowed', claim: 'exp' })

  return { expiresAt: exp, issuedAt: iat, notBefore: nbf }
}

/**
 * Whether time claims that passed {@link checkTimes} once pass it again, where only the time is another. It makes the same
 * comparisons, so that the two agree to the last bit.
 */
export function stillPass(
  { expiresAt, issuedAt = -Infinity, notBefore = -Infinity }: TokenTimes,
  { now, tolerance }: Omit<TimeRules, 'maxLifetime'>,
  maxLifetime: number,
): boolean {
  return (
    now < expiresAt + tolerance &&
    notBefore <= now + tolerance &&
    issuedAt <= now + tolerance &&
    expiresAt - now <= maxLifetime + tolerance
  )
}

// RFC 7519 section 2, NumericDate: a JSON number, fractions included. 1e400 parses as Infinity.
function numericDate(claims: JsonObject, claim: string): number | undefined {
  const value = member(claims, claim)
  if (value === undefined) return undefined
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new AuthError('claims_invalid', { reason: 'not a finite number', claim })
  return value
}
