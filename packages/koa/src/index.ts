import type { IncomingMessage } from 'node:http'
import type { Identity } from '@countersign/core'
import * as kit from '@countersign/core/adapter'

export type { CountersignOptions } from '@countersign/core/adapter'

/** The state of a Koa context behind `countersign()`: `new Koa<IdentityState>()` types `ctx.state.identity`. */
export interface IdentityState {
  identity: Identity
}

/** What is used of a Koa context, in version 2 and 3 alike. */
export interface Context {
  readonly req: IncomingMessage
  // The method is not used: it makes the type more than a list of optional members, which TypeScript would not match.
  readonly request: { readonly method: string; body?: unknown }
  readonly originalUrl: string
  state: { identity?: Identity }
  status: number
  body: unknown
  set(headers: Record<string, string>): void
  vary(name: string): void
}

/** Middleware for Koa 2 and 3. */
export type Middleware = (ctx: Context, next: () => Promise<unknown>) => Promise<unknown>

/** What {@link countersign} makes: the middleware, its two halves, and a typed way to the identity. */
export interface KoaAuth<Custom = unknown> extends Middleware {
  /** Phase 1 alone, to stand before the body parser; nothing is attached yet. */
  readonly beforeBody: Middleware
  /** Phase 2 alone, to stand after the body parser: binds the body and attaches the identity. */
  readonly afterBody: Middleware
  /** Phase 1, and the identity with `bodyBound: false`: for uploads and proxies, which answer for the body. */
  readonly unbound: Middleware
  /** The identity. @throws AuthError `identity_missing` where this did not run */
  identity(ctx: { readonly req: IncomingMessage }): Identity<Custom>
}

/**
 * Verifies each request, binds its parsed body, and sets `ctx.state.identity`.
 *
 * @throws TypeError that names a wrong option
 */
export function countersign<Custom = unknown>(
  options: kit.CountersignOptions<Custom>,
): KoaAuth<Custom> {
  const gate = kit.createGate(options)
  const bodyOf = ({ request }: Context): unknown =>
    gate.bindsBody ? kit.parsedBody(request) : undefined
  const urlOf = (ctx: Context): string | undefined => (gate.readsUrl ? ctx.originalUrl : undefined)
  return Object.assign(
    middleware((ctx) => gate.both(ctx.req, bodyOf(ctx), urlOf(ctx))),
    {
      beforeBody: middleware((ctx) => gate.before(ctx.req, urlOf(ctx))),
      afterBody: middleware((ctx) => gate.after(ctx.req, kit.parsedBody(ctx.request))),
      unbound: middleware((ctx) => gate.unbound(ctx.req, urlOf(ctx))),
      identity: (ctx: { readonly req: IncomingMessage }) => gate.identity(ctx.req),
    },
  )
}

/**
 * Lets users on that have any of these roles; stands after `countersign()`. Others get 403 `insufficient_role`, anonymous
 * requests 401 `token_missing`, a route without `countersign()` 500 `identity_missing`.
 *
 * @throws TypeError for an empty list
 */
export function requireRole(...roles: readonly string[]): Middleware {
  const guard = kit.requireRole(roles)
  return middleware((ctx) => guard(ctx.req))
}

/**
 * Lets users on that have any of these plans; stands after `countersign()`. Others get 403 `insufficient_plan`, anonymous
 * requests 401 `token_missing`, a route without `countersign()` 500 `identity_missing`.
 *
 * @throws TypeError for an empty list
 */
export function requirePlan(...plans: readonly string[]): Middleware {
  const guard = kit.requirePlan(plans)
  return middleware((ctx) => guard(ctx.req))
}

// No promise and no function of ours where the verdict is known already.
function middleware(next: (ctx: Context) => kit.Step | Promise<kit.Step>): Middleware {
  return (ctx, go) => {
    const step = next(ctx)
    return step instanceof Promise ? takeLater(step, ctx, go) : take(step, ctx, go)
  }
}

async function takeLater(
  step: Promise<kit.Step>,
  ctx: Context,
  next: () => Promise<unknown>,
): Promise<unknown> {
  return take(await step, ctx, next)
}

function take(step: kit.Step, ctx: Context, next: () => Promise<unknown>): Promise<unknown> {
  if (step.vary !== undefined) ctx.vary(step.vary)
  if (!step.ok) return refuse(step, ctx)
  if (step.identity !== undefined) ctx.state.identity = step.identity
  if (step.body !== undefined) {
    ctx.request.body = step.body
    // Some parsers leave the body on Node's request as well: it must not stay there unbound.
    if (Object.hasOwn(ctx.req, 'body')) Object.assign(ctx.req, { body: step.body })
  }
  return next()
}

async function refuse({ error, throws }: kit.Step & { ok: false }, ctx: Context): Promise<void> {
  const { status, headers, body } = kit.refusal(error, ctx.req)
  if (throws) {
    ctx.set({ ...error.headers })
    throw error
  }
  ctx.status = status
  ctx.body = body
  ctx.set({ ...headers }) // last, since Koa guesses a content type from the body
}
