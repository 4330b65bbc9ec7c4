// #region sign
import { readFileSync } from 'node:fs'
import { createSigner } from '@countersign/signer'

export const signer = createSigner({
  profile: 'search-integration',
  integrationId: 'int_docs',
  issuer: 'https://auth.mydomain.com',
  privateKey: readFileSync(process.env.PRIVATE_KEY_FILE ?? 'private_key.pem', 'utf8'),
})

export function tokenFor(user: { id: string; modules: string[] }): Promise<string> {
  return signer.sign({
    filters: { attributes: { $and: [{ env: 'dev' }, { modules: { $in: user.modules } }] } },
    userAttributes: { userId: user.id },
  })
}
// #endregion
