// #region sign
import jwt from 'jsonwebtoken'

export function generateToken(privateKey: string): string {
  const payload = {
    iss: 'https://auth.mydomain.com',
    aud: 'https://api.inkeep.com',
    integrationId: 'int_docs',
    filters: {
      attributes: { $and: [{ env: 'dev' }, { modules: { $in: ['module1', 'module2'] } }] },
    },
    userAttributes: { userId: '123456789', userEmail: 'me@mydomain.com' },
    exp: Math.floor(Date.now() / 1000) + 24 * 60 * 60,
  }
  return jwt.sign(payload, privateKey, { algorithm: 'RS256' })
}
// #endregion
