import type { Awaitable, Identity } from '@countersign/core'
import * as kit from '@countersign/core/adapter'
import type {
  FastifyInstance,
  FastifyPluginAsync,
  FastifyReply,
  FastifyRequest,
  preHandlerHookHandler,
} from 'fastify'
import fp from 'fastify-plugin'

export type { CountersignOptions, RouteOptions } from '@countersign/core/adapter'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is asking. Set by `countersign()`; `auth.identity(request)` has the profile's type and throws if absent. */
    identity: Identity | null
  }
  interface FastifyContextConfig {
    /** What a route says for itself; absent means protected. */
    countersign?: kit.RouteOptions
  }
}

/** What the Fastify adapter takes. */
export type FastifyCountersignOptions<Custom = unknown> = kit.CountersignOptions<Custom> & {
  /** Requests that need no identity: for routes of other plugins, which have no `config` of yours. */
  readonly public?: (request: FastifyRequest) => boolean
}

/** What {@link countersign} makes: a plugin to register, and a typed way to the identity. */
export interface FastifyAuth<Custom = unknown> extends FastifyPluginAsync {
  /** The identity. @throws AuthError `identity_missing` where this did not run */
  identity(request: FastifyRequest): Identity<Custom>
}

const METADATA = { name: '@countersign/fastify', fastify: '5.x' }

/**
 * Verifies each request of the scope it is registered in, binds its body after validation, and sets
 * `request.identity`: `app.register(countersign(options))`, or `app.register(countersign, options)`.
 *
 * Every route is protected, the one for "not found" too, unless its `config.countersign` or `public` says otherwise.
 *
 * @throws TypeError that names a wrong option
 */
export function countersign<Custom = unknown>(
  options: FastifyCountersignOptions<Custom>,
): FastifyAuth<Custom>
export function countersign<Custom = unknown>(
  app: FastifyInstance,
  options: FastifyCountersignOptions<Custom>,
): Promise<void>
export function countersign(first: unknown, options?: unknown): unknown {
  if (options === undefined) return createAuth(first as FastifyCountersignOptions)
  return install(first as FastifyInstance, options as FastifyCountersignOptions)
}

// fp marks the function itself, so the named export is the same plugin: its hooks reach the scope it is registered in.
const plugin: typeof countersign = fp(countersign, METADATA)
export default plugin

// Asynchronous from the first line: what a plugin throws at once ends the process, what it rejects with does not.
async function install(app: FastifyInstance, options: FastifyCountersignOptions): Promise<void> {
  await createAuth(forPlugin(options) as FastifyCountersignOptions)(app, {})
}

function createAuth<Custom>(options: FastifyCountersignOptions<Custom>): FastifyAuth<Custom> {
  const { own, rest } = kit.splitOptions(options, ['public'])
  if (own.public !== undefined && typeof own.public !== 'function')
    throw new TypeError('countersign: option "public" must be a function')
  const gate = kit.createGate<Custom>(rest as kit.CountersignOptions<Custom>)

  const enter = (isLast: boolean): preHandlerHookHandler =>
    hook((request) => {
      const route = kit.readRoute(request.routeOptions.config)
      if (!route.open && own.public?.(request) === true) return gate.skip(request.raw)
      return gate.enter(request.raw, route, isLast, gate.readsUrl ? request.originalUrl : undefined)
    })
  const bind = hook((request) => gate.after(request.raw, request.body))

  const auth: FastifyPluginAsync = async (app, registration) => {
    const [unknown] = Object.keys(forPlugin(registration))
    if (unknown !== undefined)
      throw new TypeError(`countersign: unknown option "${unknown}" at registration`)
    const isInner = app.hasRequestDecorator('identity')
    if (!isInner) app.decorateRequest('identity', null)
    app.addHook('onRoute', (route) => kit.checkRoute(route.config?.countersign, route.url))
    // An inner scope attaches its identity last, so after the binding of the scope around it.
    app.addHook('onRequest', enter(!isInner))
    if (gate.bindsBody || isInner) app.addHook('preHandler', bind)
  }
  return Object.assign(fp(auth, METADATA), {
    identity: (request: FastifyRequest) => gate.identity(request.raw),
  })
}

/**
 * Lets users on that have any of these roles: a `preHandler` of a route. Others get 403 `insufficient_role`, anonymous
 * requests 401 `token_missing`, a route without `countersign()` 500 `identity_missing`.
 *
 * @throws TypeError for an empty list
 */
export function requireRole(...roles: readonly string[]): preHandlerHookHandler {
  const guard = kit.requireRole(roles)
  return hook((request) => guard(request.raw))
}

/**
 * Lets users on that have any of these plans: a `preHandler` of a route. Others get 403 `insufficient_plan`, anonymous
 * requests 401 `token_missing`, a route without `countersign()` 500 `identity_missing`.
 *
 * @throws TypeError for an empty list
 */
export function requirePlan(...plans: readonly string[]): preHandlerHookHandler {
  const guard = kit.requirePlan(plans)
  return hook((request) => guard(request.raw))
}

// No promise and no function of ours where the verdict is known already.
function hook(next: (request: FastifyRequest) => Awaitable<kit.Step>): preHandlerHookHandler {
  return (request, reply, done) => {
    const step = next(request)
    if (step instanceof Promise) void takeLater(step, request, reply, done)
    else take(step, request, reply, done)
  }
}

type Done = (error?: Error) => void

async function takeLater(
  step: Promise<kit.Step>,
  request: FastifyRequest,
  reply: FastifyReply,
  done: Done,
): Promise<void> {
  take(await step, request, reply, done)
}

function take(step: kit.Step, request: FastifyRequest, reply: FastifyReply, done: Done): void {
  if (step.vary !== undefined)
    reply.header('vary', kit.withVary(reply.getHeader('vary'), step.vary))
  if (!step.ok) {
    if (step.throws) return done(step.error)
    const { status, headers, body } = kit.refusal(step.error, request.raw)
    return void reply.code(status).headers(headers).send(body)
  }
  if (step.identity !== undefined) request.identity = step.identity
  if (step.body !== undefined) request.body = step.body
  done()
}

// Fastify hands its own registration options on to a plugin.
function forPlugin<T extends object>(options: T): Omit<T, 'logLevel'> {
  if (Object.hasOwn(options, 'prefix'))
    throw new TypeError('countersign: option "prefix" is refused; register in a scope that has one')
  return kit.splitOptions<T & { logLevel?: unknown }, 'logLevel'>(options, ['logLevel']).rest
}
