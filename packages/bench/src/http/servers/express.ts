import { createSecretKey } from 'node:crypto'
import { supportWidget } from '@countersign/core'
import type { Express, Request, RequestHandler } from 'express'
import { AUDIENCE, ISSUER, SECRET, widgetTenant } from '../../tokens/widget.ts'
import type { ServerSetup } from '../setup.ts'
import { ANSWER, floorMap, listening, type StartServer } from './server.ts'

type Who = (req: Request) => unknown

/** The middleware to measure, and how a handler learns from it who is asking. */
type Protection = (setup: ServerSetup) => Promise<{ use: RequestHandler; who: Who } | undefined>

const bare: Protection = async () => undefined

const PROTECTIONS: Readonly<Record<string, Protection>> = {
  bare,
  'bare, again': bare,
  async floor(setup) {
    const seen = floorMap(setup)
    const attached = (req: Request) => req as Request & { user?: { readonly userId: string } }
    return {
      use(req, res, next) {
        const found = seen.get(req.headers.authorization ?? '')
        if (found === undefined) return void res.status(401).end()
        attached(req).user = found
        next()
      },
      who: (req) => attached(req).user?.userId,
    }
  },
  async countersign({ tenants, cacheEntries }) {
    const { countersign } = await import('@countersign/express')
    const auth = countersign({
      profile: supportWidget({ issuer: ISSUER, audience: AUDIENCE }),
      tenants: tenants.map(widgetTenant),
      tokenCache: { maxEntries: cacheEntries, maxBytes: cacheEntries * 4096 },
    })
    return { use: auth, who: (req) => auth.identity(req).userId }
  },
  async 'express-jwt'() {
    const { expressjwt } = await import('express-jwt')
    const use = expressjwt({
      // As a key object: a text is tried as a public key first, for every token.
      secret: createSecretKey(SECRET, 'utf8'),
      algorithms: ['HS256'],
      issuer: ISSUER,
      audience: AUDIENCE,
    })
    return { use, who: (req) => (req as { auth?: { userId?: unknown } }).auth?.userId }
  },
  async 'express-oauth2-jwt-bearer'() {
    const { auth } = await import('express-oauth2-jwt-bearer')
    const use = auth({
      secret: SECRET,
      tokenSigningAlg: 'HS256',
      issuer: ISSUER,
      audience: AUDIENCE,
    })
    return { use, who: (req) => req.auth?.payload['userId'] }
  },
}

/** Express 5. */
export const express: Readonly<Record<string, StartServer>> = Object.fromEntries(
  Object.entries(PROTECTIONS).map(([name, protect]) => [
    name,
    async (setup) => {
      const { default: createApp } = await import('express')
      const app: Express = createApp()
      const protection = await protect(setup)
      if (protection !== undefined) app.use(protection.use)
      app.get('/', (_req, res) => void res.json(ANSWER))
      app.get('/who', (req, res) => void res.json(protection?.who(req) ?? null))
      app.use(refuse)
      return listening(app.listen(0, '127.0.0.1'))
    },
  ]),
)

// Express tells errors by their four parameters; by itself it would write each refusal to the log.
const refuse: Parameters<Express['use']>[0] = ((
  error: { status?: number },
  _req: Request,
  res: Parameters<RequestHandler>[1],
  _next: unknown,
): void => void res.status(error.status ?? 500).end()) as never
