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

/** From one second, included, to another, excluded: whole seconds since the epoch. */
export interface Window {
  readonly from: number
  readonly until: number
}

const NEVER: Window = { from: 0, until: 0 }

// Far beyond the year 30 000; sums of seconds up to here are exact to a small part of one.
const LATEST = 2 ** 40

/**
 * The whole seconds that are safely between two instants: one less at both ends, where only the comparison itself can tell.
 * Small whole numbers stand in an object itself, others elsewhere in memory.
 */
export function safelyBetween(from: number, until: number): Window {
  if (!(until < LATEST)) return NEVER
  return { from: Math.max(0, Math.ceil(from) + 1), until: Math.max(0, Math.floor(until) - 1) }
}

/** When time claims that passed {@link checkTimes} once are sure to pass again, and a key is sure to be active. */
export function safeWindow(
  { expiresAt, issuedAt = 0, notBefore = 0 }: TokenTimes,
  { tolerance, maxLifetime }: Omit<TimeRules, 'now'>,
  key: { readonly notBefore: number; readonly notAfter: number },
): Window {
  const from = Math.max(issuedAt, notBefore, expiresAt - maxLifetime) - tolerance
  const until = Math.min(expiresAt + tolerance, key.notAfter)
  return safelyBetween(Math.max(from, key.notBefore), until)
}

export function isWithin({ from, until }: Window, now: number): boolean {
  return from <= now && now < until
}

// RFC 7519 section 2, NumericDate: a JSON number, fractions included. 1e400 parses as Infinity.
function numericDate(claims: JsonObject, claim: string): number | undefined {
  const value = member(claims, claim)
  if (value === undefined) return undefined
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new AuthError('claims_invalid', { reason: 'not a finite number', claim })
  return value
}
