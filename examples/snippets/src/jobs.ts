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

// #region recheck
export function watchConnection(
  authenticator: Authenticator,
  identity: VerifiedIdentity,
  socket: { close(code: number, reason: string): void },
  everyMs = 30_000,
): NodeJS.Timeout {
  const check = async (): Promise<void> => {
    const outcome = await authenticator.recheck(identity) // never rejects
    if (outcome.ok || outcome.error.action === 'retry') return
    clearInterval(timer)
    socket.close(4401, outcome.error.code)
  }
  const timer = setInterval(() => void check(), everyMs)
  return timer
}
// #endregion

// #region revocation
export const revoked = new Set<string>()
export const revocation = {
  isRevoked: ({ tenantId, jti }: { tenantId: string; jti?: string }): boolean =>
    jti !== undefined && revoked.has(`${tenantId} ${jti}`),
}
// #endregion
