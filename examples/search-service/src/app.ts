import { searchIntegration, type Tenant, type TenantDirectory } from '@countersign/core'
import { countersign } from '@countersign/fastify'
import { fastify, type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { inkeepChat } from './chat-inkeep.ts'
import { openaiChat } from './chat-openai.ts'
import { answerError, Problem } from './problems.ts'
import { searchRoute } from './search-route.ts'
import type { Search } from './search.ts'
import type { Sessions } from './sessions.ts'

export interface AppOptions {
  readonly tenants: TenantDirectory | readonly Tenant[]
  readonly search: Search
  readonly sessions: Sessions
  readonly logger?: FastifyServerOptions['logger']
}

/** The whole service. Every route but `/health` is behind the API key and the token, "not found" too. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const { tenants, search, sessions, logger = false } = options
  const app = fastify({
    logger,
    bodyLimit: 131_072,
    // For what Fastify's router refuses to read.
    frameworkErrors: (_error, request, reply) =>
      answerError(new Problem('not_found'), request, reply),
  })
  app.setErrorHandler(answerError)
  app.setNotFoundHandler(() => {
    throw new Problem('not_found')
  })
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store') // what one may see is not for the next
  })

  // Every token must carry filters: without, those of the body would be the effective ones.
  const profile = searchIntegration({ filters: { required: true } })
  await app.register(countersign({ profile, tenants }))
  app.get('/health', { config: { countersign: false } }, async () => ({ status: 'up' }))
  searchRoute(app, search)
  openaiChat(app, search)
  inkeepChat(app, search, sessions)
  return app
}
