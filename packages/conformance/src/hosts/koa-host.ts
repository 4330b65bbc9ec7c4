import { countersign, requirePlan, requireRole, type KoaAuth } from '@countersign/koa'
import type { Identity } from '@countersign/core'
import Koa from 'koa'
import bodyParser from 'koa-bodyparser'
import Koa2 from 'koa2'
import {
  present,
  type AppDescription,
  type Exchange,
  type Host,
  type RouteDescription,
} from './host.ts'
import { listen } from './listen.ts'

/** Koa 3 with koa-bodyparser. */
export const koaHost: Host = createHost('Koa 3', Koa)

/** Koa 2 with koa-bodyparser. */
export const koa2Host: Host = createHost('Koa 2', Koa2)

function createHost(name: string, Framework: typeof Koa): Host {
  return { name, start: (app) => listen(build(Framework, app)) }
}

function build(Framework: typeof Koa, app: AppDescription): ReturnType<Koa['callback']> {
  const koa = new Framework()
  // With a listener of ours the framework writes no log.
  koa.on('error', app.onError ?? (() => undefined))
  const { headers, mount = '', inner, routes } = app
  if (headers !== undefined)
    koa.use((ctx, next) => {
      ctx.set({ ...headers })
      return next()
    })
  const auth = app.auth === undefined ? undefined : countersign(app.auth)
  for (const middleware of stack(auth, app.order)) koa.use(middleware)
  const nested = inner === undefined ? undefined : countersign(inner)
  if (nested !== undefined) koa.use(app.innerUnbound === true ? nested.unbound : nested)
  koa.use((ctx, next) => {
    const route = routes.find(({ path }) => mount + path === ctx.path)
    if (route === undefined) return next()
    return chain([...guards(route), endpoint(route, nested ?? auth, auth)], ctx)
  })
  return koa.callback()
}

function stack(
  auth: KoaAuth | undefined,
  order: AppDescription['order'] = 'after-parser',
): Koa.Middleware[] {
  const parser = bodyParser({ strict: false })
  if (auth === undefined) return [parser]
  switch (order) {
    case 'after-parser':
      return [parser, auth]
    case 'around-parser':
      return [auth.beforeBody, parser, auth.afterBody]
    case 'unbound':
      return [auth.unbound, parser]
    case 'no-parser':
      return [auth]
  }
}

function guards({ guards: { roles, plans } = {} }: RouteDescription): Koa.Middleware[] {
  return [
    ...(roles === undefined ? [] : [requireRole(...roles)]),
    ...(plans === undefined ? [] : [requirePlan(...plans)]),
  ]
}

function chain([first, ...rest]: readonly Koa.Middleware[], ctx: Koa.Context): Promise<unknown> {
  return Promise.resolve(first?.(ctx, () => chain(rest, ctx)))
}

function endpoint(
  route: RouteDescription,
  auth: KoaAuth | undefined,
  outer: KoaAuth | undefined,
): Koa.Middleware {
  return async (ctx) => {
    const answer = await route.handler(exchangeOf(ctx, auth, outer))
    ctx.status = answer.status ?? 200
    ctx.set({ ...answer.headers })
    ctx.body = answer.stream ?? answer.json
  }
}

function exchangeOf(
  ctx: Koa.Context,
  auth: KoaAuth | undefined,
  outer: KoaAuth | undefined,
): Exchange {
  return {
    attached: (ctx.state as { identity?: Identity }).identity,
    identity: () => present(auth).identity(ctx),
    outerIdentity: () => present(outer).identity(ctx),
    body: (ctx.request as { body?: unknown }).body,
    raw: ctx.req,
  }
}
