// #region core
import { createAuthenticator, fileDirectory, searchIntegration } from '@countersign/core'

const tenants = fileDirectory(process.env.TENANTS_FILE ?? 'tenants.json')
const authenticator = createAuthenticator({ profile: searchIntegration(), tenants })

export async function handle(headers: Headers, body: unknown): Promise<string> {
  const outcome = await authenticator.authenticate({ headers })
  if (!outcome.ok) return `${outcome.error.status} ${outcome.error.code}`
  const bound = authenticator.bindBody(outcome.identity, body)
  if (!bound.ok) return `${bound.error.status} ${bound.error.code}`
  return `${bound.identity.userId} may see ${JSON.stringify(bound.identity.filters)}`
}
// #endregion

export { tenants }
