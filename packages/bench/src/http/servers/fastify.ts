import { supportWidget } from '@countersign/core'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AUDIENCE, ISSUER, SECRET, widgetTenant } from '../../tokens/widget.ts'
import type { ServerSetup } from '../setup.ts'
import { ANSWER, floorMap, listening, type StartServer } from './server.ts'

type Who = (request: FastifyRequest) => unknown

/** Installs the hook to measure; gives back how a handler learns from it who is asking. */
type Protection = (app: FastifyInstance, setup: ServerSetup) => Promise<Who | undefined>

const bare: Protection = async () => undefined

const PROTECTIONS: Readonly<Record<string, Protection>> = {
  bare,
  'bare, again': bare,
  async floor(app, setup) {
    const seen = floorMap(setup)
    app.decorateRequest('found', null)
    const attached = (request: FastifyRequest) =>
      request as FastifyRequest & { found?: { readonly userId: string } | null }
    app.addHook('onRequest', (request, reply, done) => {
      const found = seen.get(request.headers.authorization ?? '')
      if (found === undefined) return void reply.code(401).send()
      attached(request).found = found
      done()
    })
    return (request) => attached(request).found?.userId
  },
  async countersign(app, { tenants, cacheEntries }) {
    const { countersign } = await import('@countersign/fastify')
    const auth = countersign({
      profile: supportWidget({ issuer: ISSUER, audience: AUDIENCE }),
      tenants: tenants.map(widgetTenant),
      tokenCache: { maxEntries: cacheEntries, maxBytes: cacheEntries * 4096 },
    })
    await app.register(auth)
    return (request) => auth.identity(request).userId
  },
  '@fastify/jwt, cached': (app, { cacheEntries }) => fastifyJwt(app, cacheEntries),
  '@fastify/jwt': (app) => fastifyJwt(app, false),
}

async function fastifyJwt(app: FastifyInstance, cache: number | false): Promise<Who> {
  const { default: plugin } = await import('@fastify/jwt')
  await app.register(plugin, {
    secret: SECRET,
    verify: { algorithms: ['HS256'], allowedIss: ISSUER, allowedAud: AUDIENCE, cache },
  })
  app.addHook('onRequest', (request) => request.jwtVerify())
  return (request) => (request.user as { userId?: unknown } | null)?.userId
}

/** Fastify 5. */
export const fastify: Readonly<Record<string, StartServer>> = Object.fromEntries(
  Object.entries(PROTECTIONS).map(([name, protect]) => [
    name,
    async (setup) => {
      const { default: createApp } = await import('fastify')
      const app = createApp()
      const who = await protect(app, setup)
      app.get('/', () => ANSWER)
      app.get('/who', (request, reply) => {
        void reply.type('application/json')
        return JSON.stringify(who?.(request) ?? null)
      })
      await app.listen({ port: 0, host: '127.0.0.1' })
      return listening(app.server)
    },
  ]),
)
