import type { AddressInfo } from 'node:net'
import { andThen } from '@countersign/core/adapter'
import { countersign, requirePlan, requireRole, type FastifyAuth } from '@countersign/fastify'
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type preHandlerHookHandler,
} from 'fastify'
import {
  present,
  type Answer,
  type AppDescription,
  type Exchange,
  type Host,
  type RouteDescription,
  type RunningApp,
} from './host.ts'

/** Fastify 5. */
export const fastifyHost: Host = { name: 'Fastify 5', start }

async function start(app: AppDescription): Promise<RunningApp> {
  const instance = fastify({ forceCloseConnections: true })
  const { headers, mount, onError } = app
  if (headers !== undefined)
    instance.addHook('onRequest', (_request, reply, done) => {
      reply.headers(headers)
      done()
    })
  if (onError !== undefined)
    instance.setErrorHandler((error, _request, reply) => {
      onError(error)
      reply.send(error)
    })
  if (app.order === 'no-parser') {
    instance.removeAllContentTypeParsers()
    instance.addContentTypeParser('*', (_request, _payload, done) => done(null))
  }
  if (mount === undefined) await build(instance, app)
  else await instance.register((scope) => build(scope, app), { prefix: mount })

  await instance.listen({ port: 0, host: '127.0.0.1' })
  const { port } = instance.server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    server: instance.server,
    close: () => instance.close(),
  }
}

async function build(scope: FastifyInstance, app: AppDescription): Promise<void> {
  const auth = app.auth === undefined ? undefined : countersign(app.auth)
  if (auth !== undefined) await scope.register(auth)
  if (app.inner === undefined) return addRoutes(scope, app, auth, auth)
  const nested = countersign(app.inner)
  await scope.register(async (child) => {
    await child.register(nested)
    addRoutes(child, app, nested, auth)
  })
}

function addRoutes(
  scope: FastifyInstance,
  { routes, order, innerUnbound }: AppDescription,
  auth: FastifyAuth | undefined,
  outer: FastifyAuth | undefined,
): void {
  const isUnbound = order === 'unbound' || innerUnbound === true
  for (const route of routes)
    scope.route({
      method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
      url: route.path,
      ...(isUnbound && { config: { countersign: { body: 'unbound' } } }),
      preHandler: guards(route),
      handler: (request, reply) =>
        andThen(route.handler(exchangeOf(request, auth, outer)), (answer) => send(reply, answer)),
    })
}

function send(reply: FastifyReply, answer: Answer): FastifyReply {
  return reply
    .code(answer.status ?? 200)
    .headers({ ...answer.headers })
    .send(answer.stream ?? answer.json)
}

function guards({ guards: { roles, plans } = {} }: RouteDescription): preHandlerHookHandler[] {
  return [
    ...(roles === undefined ? [] : [requireRole(...roles)]),
    ...(plans === undefined ? [] : [requirePlan(...plans)]),
  ]
}

function exchangeOf(
  request: FastifyRequest,
  auth: FastifyAuth | undefined,
  outer: FastifyAuth | undefined,
): Exchange {
  return {
    attached: request.identity,
    identity: () => present(auth).identity(request),
    outerIdentity: () => present(outer).identity(request),
    body: request.body,
    raw: request.raw,
  }
}
