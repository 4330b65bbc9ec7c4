// #region sign
import jwt from 'jsonwebtoken'

export function createWidgetToken(user: { id: string; roles: string[] }, secret: string): string {
  const payload = { tenantId: 'ten_acme', userId: user.id, userRoles: user.roles, plan: 'pro' }
  return jwt.sign(payload, secret, { algorithm: 'HS256', expiresIn: '1h' })
}
// #endregion
