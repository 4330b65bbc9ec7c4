import type { IncomingMessage } from 'node:http'
import { hasLargeUnreadBody } from '@countersign/core/signing'
import {
  createTokenEndpoint,
  type GetUser,
  type TokenEndpointOptions,
} from './endpoint/endpoint.ts'
import type { Signer } from './signer.ts'

export type { GetUser, TokenEndpointOptions } from './endpoint/endpoint.ts'

/** What is used of a Koa context, in version 2 and 3 alike. */
export interface Context {
  readonly req: IncomingMessage
  status: number
  body: unknown
  set(headers: Record<string, string>): void
  vary(name: string): void
}

/** A handler for Koa 2 and 3, and for its routers. It answers every request that it gets. */
export type TokenEndpoint<Ctx> = (ctx: Ctx) => Promise<void>

/**
 * Gives the pages of your site a token for whoever is signed in: `router.all('/api/support/token', tokenEndpoint(…))`,
 * behind what reads the session.
 *
 * `getUser` gets `ctx`, and returns what `signer.sign` takes, or `null` for nobody.
 *
 * @throws TypeError that names a wrong argument or option
 */
export function tokenEndpoint<Claims, Ctx extends Context = Context>(
  signer: Signer<Claims>,
  getUser: GetUser<NoInfer<Claims>, Ctx>,
  options: TokenEndpointOptions = {},
): TokenEndpoint<Ctx> {
  const endpoint = createTokenEndpoint<Claims, Ctx>(signer, getUser, options)
  return async (ctx) => {
    const { status, headers, body } = await endpoint(ctx, ctx.req)
    ctx.status = status
    ctx.body = body
    ctx.set({ ...headers, ...(hasLargeUnreadBody(ctx.req) && { connection: 'close' }) })
    ctx.vary('Origin')
  }
}
