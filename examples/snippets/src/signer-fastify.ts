import type { Signer, SupportWidgetClaims } from '@countersign/signer'
import { tokenEndpoint } from '@countersign/signer/fastify'
import { fastify, type FastifyInstance, type FastifyRequest } from 'fastify'

export function createApp(
  signer: Signer<SupportWidgetClaims>,
  readSession: (cookie: string | undefined) => Promise<{ id: string } | undefined>,
): FastifyInstance {
  const app = fastify()
  // #region endpoint
  const token = tokenEndpoint(signer, async (request: FastifyRequest) => {
    const user = await readSession(request.headers.cookie)
    return user && { userId: user.id }
  })
  app.all('/api/support/token', token)
  // #endregion
  return app
}
