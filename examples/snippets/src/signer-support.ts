// #region sign
import { createSigner } from '@countersign/signer'

export const signer = createSigner({
  profile: 'support-widget',
  tenantId: 'ten_acme',
  secret: process.env.ACME_SECRET ?? '',
})

export function tokenFor(user: { id: string; roles: string[] }): Promise<string> {
  return signer.sign({ userId: user.id, userRoles: user.roles, plan: 'pro' })
}
// #endregion
