import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Identity } from '@countersign/core'
import * as kit from '@countersign/core/adapter'
import { keepAsDictionary } from './dictionary.ts'

export type { CountersignOptions } from '@countersign/core/adapter'

declare global {
  namespace Express {
    interface Request {
      /** Who is asking. Set by `countersign()`; `auth.identity(req)` has the profile's type and throws if absent. */
      identity?: Identity
    }
  }
}

/** Middleware for Express 4 and 5, and for anything else that takes `(req, res, next)`. */
export type Middleware = (
  req: IncomingMessage,
  res: ServerResponse,
  next: (error?: unknown) => void,
) => void | Promise<void>

/** What {@link countersign} makes: the middleware, its two halves, and a typed way to the identity. */
export interface ExpressAuth<Custom = unknown> extends Middleware {
  /** Phase 1 alone, to stand before the body parser; nothing is attached yet. */
  readonly beforeBody: Middleware
  /** Phase 2 alone, to stand after the body parser: binds the body and attaches the identity. */
  readonly afterBody: Middleware
  /** Phase 1, and the identity with `bodyBound: false`: for uploads and proxies, which answer for the body. */
  readonly unbound: Middleware
  /** The identity. @throws AuthError `identity_missing` where this did not run */
  identity(req: IncomingMessage): Identity<Custom>
}

type Request = IncomingMessage & { body?: unknown; originalUrl?: string; identity?: Identity }

/**
 * Verifies each request, binds its parsed body, and sets `req.identity`.
 *
 * @throws TypeError that names a wrong option
 */
export function countersign<Custom = unknown>(
  options: kit.CountersignOptions<Custom>,
): ExpressAuth<Custom> {
  const gate = kit.createGate(options)
  const bodyOf = (req: Request): unknown => (gate.bindsBody ? kit.parsedBody(req) : undefined)
  const urlOf = (req: Request): string | undefined => (gate.readsUrl ? req.originalUrl : undefined)
  return Object.assign(
    entrance((req) => gate.both(req, bodyOf(req), urlOf(req))),
    {
      beforeBody: entrance((req) => gate.before(req, urlOf(req))),
      afterBody: middleware((req) => gate.after(req, kit.parsedBody(req))),
      unbound: entrance((req) => gate.unbound(req, urlOf(req))),
      identity: (req: IncomingMessage) => gate.identity(req),
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
  return middleware(kit.requireRole(roles))
}

/**
 * Lets users on that have any of these plans; stands after `countersign()`. Others get 403 `insufficient_plan`, anonymous
 * requests 401 `token_missing`, a route without `countersign()` 500 `identity_missing`.
 *
 * @throws TypeError for an empty list
 */
export function requirePlan(...plans: readonly string[]): Middleware {
  return middleware(kit.requirePlan(plans))
}

/** Middleware that meets a request first. */
function entrance(next: (req: Request) => kit.Step | Promise<kit.Step>): Middleware {
  return middleware((req) => {
    keepAsDictionary(req)
    return next(req)
  })
}

// No promise and no function of ours where the verdict is known already.
function middleware(next: (req: Request) => kit.Step | Promise<kit.Step>): Middleware {
  return (req, res, go) => {
    const step = next(req)
    return step instanceof Promise ? takeLater(step, req, res, go) : take(step, req, res, go)
  }
}

async function takeLater(
  step: Promise<kit.Step>,
  req: Request,
  res: ServerResponse,
  next: (error?: unknown) => void,
): Promise<void> {
  take(await step, req, res, next)
}

function take(
  step: kit.Step,
  req: Request,
  res: ServerResponse,
  next: (error?: unknown) => void,
): void {
  if (step.vary !== undefined && !res.headersSent)
    res.setHeader('vary', kit.withVary(res.getHeader('vary'), step.vary))
  if (!step.ok) return step.throws ? next(step.error) : respond(kit.refusal(step.error, req), res)
  if (step.identity !== undefined) req.identity = step.identity
  if (step.body !== undefined) req.body = step.body
  next()
}

function respond(problem: ReturnType<typeof kit.refusal>, res: ServerResponse): void {
  if (res.headersSent) return void res.destroy() // too late for an answer, and never a pass
  res.statusCode = problem.status
  for (const [name, value] of Object.entries(problem.headers)) res.setHeader(name, value)
  res.end(problem.body)
}
