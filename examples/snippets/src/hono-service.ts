// #region service
import { createAuthenticator, searchIntegration, type Tenant } from '@countersign/core'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { countersign, type Variables } from './hono.ts'

export function createApp(tenants: readonly Tenant[]): Hono<{ Variables: Variables }> {
  const authenticator = createAuthenticator({ profile: searchIntegration(), tenants })
  const app = new Hono<{ Variables: Variables }>()
  app.use('/search', bodyLimit({ maxSize: 100_000 }), countersign(authenticator))
  app.post('/search', async (c) => {
    const { userId, filters } = c.get('identity')
    return c.json({ userId, filters, body: await c.req.json<unknown>() })
  })
  return app
}
// #endregion
