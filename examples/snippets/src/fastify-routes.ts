import { searchIntegration, type Tenant } from '@countersign/core'
import { countersign } from '@countersign/fastify'
import { fastify, type FastifyInstance } from 'fastify'

export async function createApp(tenants: readonly Tenant[]): Promise<FastifyInstance> {
  const app = fastify()
  // #region routes
  const auth = countersign({ profile: searchIntegration({ apiKey: false }), tenants })
  await app.register(auth)
  app.get('/health', { config: { countersign: false } }, async () => 'up')
  app.get('/suggest', { config: { countersign: { optional: true } } }, async (request) => ({
    kind: auth.identity(request).kind,
  }))
  app.post('/upload', { config: { countersign: { body: 'unbound' } } }, async (request) => ({
    bound: auth.identity(request).bodyBound,
  }))
  // #endregion
  return app
}
