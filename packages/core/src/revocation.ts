import { andThen, settled, withTimeout, type Awaitable } from './awaitable.ts'
import { AuthError } from './errors.ts'
import type { VerifiedIdentity } from './identity.ts'
import { member } from './json.ts'

/** What can be said about a token to whoever keeps the revoked ones. Never the token or its signature. */
export interface RevocationQuery {
  readonly tenantId: string
  readonly jti?: string
  readonly userId?: string
  /** Seconds since the epoch. */
  readonly issuedAt?: number
}

/** Says whether a token was revoked. Asked on every request; a throw, a rejection or silence is 503. */
export interface Revocation {
  isRevoked(token: RevocationQuery): Awaitable<boolean>
}

/**
 * Lets an identity through unless it was revoked.
 *
 * @throws AuthError `token_revoked`; `keys_unavailable` when there is no clear answer
 */
export function checkRevocation(
  revocation: Revocation,
  identity: VerifiedIdentity,
  timeoutMs: number,
): Awaitable<void> {
  const { tenantId, userId, issuedAt } = identity
  const jti = member(identity.claims, 'jti')
  const answer = settled<unknown>(
    revocation.isRevoked({
      tenantId,
      ...(typeof jti === 'string' && { jti }),
      ...(userId !== undefined && { userId }),
      ...(issuedAt !== undefined && { issuedAt }),
    }),
  )
  return andThen(
    answer instanceof Promise ? withTimeout(timeoutMs, () => answer) : answer,
    (revoked) => {
      if (revoked === false) return
      if (revoked === true) throw new AuthError('token_revoked', { reason: 'revoked' })
      throw new AuthError('keys_unavailable', { reason: 'the revocation store gave no verdict' })
    },
  )
}
