import { ownOptions } from '@countersign/core/signing'
import { CompactSign } from 'jose'
import { writeClaims, type SearchIntegrationClaims, type SupportWidgetClaims } from './claims.ts'
import { SignerError } from './signer-error.ts'
import {
  readExpiresIn,
  readSignerOptions,
  type SearchIntegrationSignerOptions,
  type SupportWidgetSignerOptions,
} from './signer-options.ts'

/** What one call of `sign` may change. */
export interface SignOptions {
  /** Seconds that the token lives: a whole number, at most what the profile allows. Default: the signer's. */
  readonly expiresIn?: number
}

/** Signs the tokens of one tenant. Holds its key where neither `util.inspect` nor `JSON.stringify` finds it. */
export interface Signer<Claims> {
  /** The profile that accepts what this signs. */
  readonly profile: string
  /** Seconds that a token lives, unless `sign` says otherwise. */
  readonly expiresIn: number
  /**
   * Signs a token that the profile accepts.
   *
   * Rejects with a `SignerError` for claims that a gateway would refuse, or in which it would read less than was meant; with
   * a `TypeError` for a wrong option.
   */
  sign(claims: Claims, options?: SignOptions): Promise<string>
}

/**
 * Makes a signer: `profile: 'support-widget'` with the shared secret, or `profile: 'search-integration'` with a private
 * key. Everything is checked here, so that a service with a weak key or a misspelt option does not start.
 *
 * @throws TypeError that names the option
 */
export function createSigner(options: SupportWidgetSignerOptions): Signer<SupportWidgetClaims>
export function createSigner(
  options: SearchIntegrationSignerOptions,
): Signer<SearchIntegrationClaims>
export function createSigner(
  options: SupportWidgetSignerOptions | SearchIntegrationSignerOptions,
): Signer<unknown> {
  const { profile, header, key, head, rules, expiresIn, now } = readSignerOptions(options)

  return Object.freeze({
    profile: profile.name,
    expiresIn,
    async sign(claims: unknown, given: SignOptions = {}): Promise<string> {
      const own = ownOptions<SignOptions>('sign', given, ['expiresIn'], ['expiresIn'])
      const lifetime = readExpiresIn('sign', own.expiresIn, profile, expiresIn)
      const members = writeClaims(claims, rules, profile.limits)
      // One look at the clock: two could be a second apart, and the token would live a second too long.
      const iat = Math.floor(now() / 1000)
      if (!Number.isSafeInteger(iat))
        throw new TypeError('createSigner: option "now" does not tell the time')
      const times = [`"iat":${iat}`, `"exp":${iat + lifetime}`]
      const payload = Buffer.from(`{${[...head, ...members, ...times].join(',')}}`)
      const token = await new CompactSign(payload).setProtectedHeader(header).sign(key)
      if (token.length > profile.limits.tokenBytes) throw new SignerError('token_too_large', '')
      return token
    },
  })
}
