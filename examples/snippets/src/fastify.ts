// #region support
import { supportWidget } from '@countersign/core'
// #region line
import { countersign } from '@countersign/fastify'
// #endregion
import { fastify } from 'fastify'

const auth = countersign({
  profile: supportWidget(),
  tenants: [{ id: 'ten_acme', keys: [{ alg: 'HS256', secret: process.env.ACME_SECRET ?? '' }] }],
})

const app = fastify()
// #region line
await app.register(auth) // then auth.identity(request), or request.identity
// #endregion
app.get('/v1/me', async (request) => {
  const { userId, userRoles, plan } = auth.identity(request)
  return { userId, userRoles, plan }
})
// #endregion

export { app }
