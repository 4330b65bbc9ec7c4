import { createSecretKey } from 'node:crypto'
import { supportWidget } from '@countersign/core'
import type Koa from 'koa'
import { AUDIENCE, ISSUER, SECRET, widgetTenant } from '../../tokens/widget.ts'
import type { ServerSetup } from '../setup.ts'
import { ANSWER, floorMap, listening, type StartServer } from './server.ts'

type Who = (ctx: Koa.Context) => unknown

/** The middleware to measure, and how a handler learns from it who is asking. */
type Protection = (setup: ServerSetup) => Promise<{ use: Koa.Middleware; who: Who } | undefined>

const bare: Protection = async () => undefined

const userOf: Who = (ctx) => (ctx.state['user'] as { userId?: unknown } | undefined)?.userId

const PROTECTIONS: Readonly<Record<string, Protection>> = {
  bare,
  'bare, again': bare,
  async floor(setup) {
    const seen = floorMap(setup)
    return {
      use(ctx, next) {
        const found = seen.get(ctx.get('authorization'))
        if (found === undefined) ctx.throw(401)
        ctx.state['user'] = found
        return next()
      },
      who: userOf,
    }
  },
  async countersign({ tenants, cacheEntries }) {
    const { countersign } = await import('@countersign/koa')
    const auth = countersign({
      profile: supportWidget({ issuer: ISSUER, audience: AUDIENCE }),
      tenants: tenants.map(widgetTenant),
      tokenCache: { maxEntries: cacheEntries, maxBytes: cacheEntries * 4096 },
    })
    return { use: auth as unknown as Koa.Middleware, who: (ctx) => auth.identity(ctx).userId }
  },
  async 'koa-jwt'() {
    const { default: jwt } = await import('koa-jwt')
    const use = jwt({
      // As a key object, which its types do not know: a text is tried as a public key first, for every token.
      secret: createSecretKey(SECRET, 'utf8') as unknown as string,
      algorithms: ['HS256'],
      issuer: ISSUER,
      audience: AUDIENCE,
    })
    return { use, who: userOf }
  },
}

/** Koa 3. */
export const koa: Readonly<Record<string, StartServer>> = Object.fromEntries(
  Object.entries(PROTECTIONS).map(([name, protect]) => [
    name,
    async (setup) => {
      const { default: App } = await import('koa')
      const app = new App()
      app.silent = true
      const protection = await protect(setup)
      if (protection !== undefined) app.use(protection.use)
      app.use((ctx) => {
        ctx.body = ctx.path === '/who' ? JSON.stringify(protection?.who(ctx) ?? null) : ANSWER
      })
      return listening(app.listen(0, '127.0.0.1'))
    },
  ]),
)
