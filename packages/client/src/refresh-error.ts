/**
 * There is no new token. Every request that waited for it rejects with the same error.
 *
 * - `reason` says why: `onTokenRefresh` threw or rejected (`failed`), took longer than `refreshTimeout` (`timeout`), or gave
 *   something that no header can carry (`invalid`); or the service refused the last new token, and it is too early for
 *   another (`held`).
 * - `cause`, with `failed`, is what `onTokenRefresh` threw.
 * - `message` is one constant for each reason. It never holds a token.
 */
export class TokenRefreshError extends Error {
  override readonly name = 'TokenRefreshError'
  declare readonly reason: 'failed' | 'timeout' | 'invalid' | 'held'

  constructor(reason: TokenRefreshError['reason'], options?: { cause?: unknown }) {
    super(`No new token: ${reason}`, options)
    this.reason = reason
  }
}
