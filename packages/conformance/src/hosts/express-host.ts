import { andThen } from '@countersign/core/adapter'
import {
  countersign,
  requirePlan,
  requireRole,
  type ExpressAuth,
  type Middleware,
} from '@countersign/express'
import express from 'express'
import type { Request, RequestHandler, Response } from 'express'
import express4 from 'express4'
import {
  present,
  type AppDescription,
  type Exchange,
  type Host,
  type RouteDescription,
} from './host.ts'
import { listen } from './listen.ts'

/** Express 5. */
export const expressHost: Host = createHost('Express 5', express)

/** Express 4, which does not wait for promises: its users pass rejections on themselves, and so does this. */
export const express4Host: Host = createHost('Express 4', express4)

function createHost(name: string, framework: typeof express): Host {
  return { name, start: (app) => listen(build(framework, app)) }
}

function build(framework: typeof express, app: AppDescription): ReturnType<typeof express> {
  const server = framework()
  server.set('env', 'test') // the framework's error handler is silent then
  const { headers, mount = '/', inner, onError } = app
  if (headers !== undefined)
    server.use((_req, res, next) => {
      res.set(headers)
      next()
    })
  const auth = app.auth === undefined ? undefined : countersign(app.auth)
  const parser: Middleware[] = [
    framework.json({ strict: false }),
    framework.urlencoded({ extended: true }),
  ]
  server.use(mount, ...stack(auth, app.order, parser))
  const nested = inner === undefined ? undefined : countersign(inner)
  if (nested !== undefined) server.use(mount, app.innerUnbound === true ? nested.unbound : nested)

  const router = framework.Router()
  for (const route of app.routes)
    router.all(route.path, ...guards(route), endpoint(route, nested ?? auth, auth))
  server.use(mount, router)
  if (onError !== undefined)
    server.use((error: unknown, _req: Request, _res: Response, next: (error: unknown) => void) => {
      onError(error)
      next(error)
    })
  return server
}

function stack(
  auth: ExpressAuth | undefined,
  order: AppDescription['order'] = 'after-parser',
  parser: readonly Middleware[],
): Middleware[] {
  if (auth === undefined) return [...parser]
  switch (order) {
    case 'after-parser':
      return [...parser, auth]
    case 'around-parser':
      return [auth.beforeBody, ...parser, auth.afterBody]
    case 'unbound':
      return [auth.unbound, ...parser]
    case 'no-parser':
      return [auth]
  }
}

function guards({ guards: { roles, plans } = {} }: RouteDescription): Middleware[] {
  return [
    ...(roles === undefined ? [] : [requireRole(...roles)]),
    ...(plans === undefined ? [] : [requirePlan(...plans)]),
  ]
}

function endpoint(
  route: RouteDescription,
  auth: ExpressAuth | undefined,
  outer: ExpressAuth | undefined,
): RequestHandler {
  return (req, res, next) => {
    const answered = andThen(route.handler(exchangeOf(req, auth, outer)), (answer) => {
      res.status(answer.status ?? 200).set({ ...answer.headers })
      if (answer.stream !== undefined) answer.stream.pipe(res)
      else res.json(answer.json)
    })
    if (answered instanceof Promise) answered.catch(next)
  }
}

function exchangeOf(
  req: Request,
  auth: ExpressAuth | undefined,
  outer: ExpressAuth | undefined,
): Exchange {
  return {
    attached: req.identity,
    identity: () => present(auth).identity(req),
    outerIdentity: () => present(outer).identity(req),
    body: req.body,
    raw: req,
  }
}
