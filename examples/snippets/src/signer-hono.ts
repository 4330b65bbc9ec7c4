import type { Signer, SupportWidgetClaims } from '@countersign/signer'
import { tokenEndpoint } from '@countersign/signer/fetch'
import { Hono } from 'hono'

export function createApp(
  signer: Signer<SupportWidgetClaims>,
  readSession: (cookie: string | null) => Promise<{ id: string } | undefined>,
): Hono {
  const app = new Hono()
  // #region endpoint
  const token = tokenEndpoint(signer, async (request) => {
    const user = await readSession(request.headers.get('cookie'))
    return user && { userId: user.id }
  })
  app.all('/api/support/token', (c) => token(c.req.raw))
  // #endregion
  return app
}
