// #region search
import { fileDirectory, searchIntegration } from '@countersign/core'
import { countersign } from '@countersign/fastify'
import { fastify } from 'fastify'

const tenants = fileDirectory(process.env.TENANTS_FILE ?? 'tenants.json')
const auth = countersign({ profile: searchIntegration(), tenants })

const app = fastify()
// #region line
await app.register(auth) // before a body is read, and after it was validated
// #endregion
app.post('/search', async (request) => {
  const { userId, filters } = auth.identity(request)
  return { userId, filters, body: request.body }
})
// #endregion

export { app, tenants }
