const MESSAGES = {
  failed: 'onTokenRefresh failed.',
  timeout: 'onTokenRefresh did not answer in time.',
  invalid: 'onTokenRefresh gave no token.',
  held: 'The service refused the last new token; the next is not asked for yet.',
} as const

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
  readonly reason: keyof typeof MESSAGES

  constructor(reason: keyof typeof MESSAGES, options?: { cause?: unknown }) {
    super(MESSAGES[reason], options)
    this.reason = reason
  }
}
