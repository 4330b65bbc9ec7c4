// #region verify
import { AuthError, type Authenticator, type VerifiedIdentity } from '@countersign/core'

export async function runJob(authenticator: Authenticator, token: string): Promise<string> {
  try {
    const identity = await authenticator.verify(token, { tenant: 'ten_acme' })
    return `done for ${identity.userId}`
  } catch (error) {
    if (error instanceof AuthError && error.action === 'retry') return 'again later'
    throw error
  }
}
// #endregion

// #region connection
import { closeCode, identitySignal } from '@countersign/core'

export function watchConnection(
  authenticator: Authenticator,
  identity: VerifiedIdentity,
  socket: { close(code: number, reason: string): void },
  ended: AbortSignal, // aborts when the socket has closed
): void {
  const valid = identitySignal(authenticator, identity, { until: ended })
  const close = (): void => {
    const error = valid.reason as AuthError
    socket.close(closeCode(error), error.code)
  }
  if (valid.aborted) close()
  else valid.addEventListener('abort', close)
}
// #endregion

// #region revocation
export const revoked = new Set<string>()
export const revocation = {
  isRevoked: ({ tenantId, jti }: { tenantId: string; jti?: string }): boolean =>
    jti !== undefined && revoked.has(`${tenantId} ${jti}`),
}
// #endregion
