import type { IncomingMessage } from 'node:http'
import { withVary } from '@countersign/core/signing'
import {
  createTokenEndpoint,
  type GetUser,
  type TokenEndpointOptions,
} from './endpoint/endpoint.ts'
import type { Signer } from './signer.ts'

export type { GetUser, TokenEndpointOptions } from './endpoint/endpoint.ts'

/** What is used of a request of Fastify 5. */
export interface RequestLike {
  readonly raw: IncomingMessage
}

/** What is used of a reply of Fastify 5. */
export interface ReplyLike {
  code(status: number): ReplyLike
  headers(headers: Record<string, string>): ReplyLike
  getHeader(name: string): unknown
  send(body: string): unknown
}

/** A handler for a route of Fastify 5. */
export type TokenEndpoint<Request> = (request: Request, reply: ReplyLike) => Promise<unknown>

/**
 * Gives the pages of your site a token for whoever is signed in: `app.all('/api/support/token', tokenEndpoint(…))`, in a
 * scope that reads the session.
 *
 * `getUser` gets `request`, and returns what `signer.sign` takes, or `null` for nobody.
 *
 * @throws TypeError that names a wrong argument or option
 */
export function tokenEndpoint<Claims, Request extends RequestLike = RequestLike>(
  signer: Signer<Claims>,
  getUser: GetUser<NoInfer<Claims>, Request>,
  options: TokenEndpointOptions = {},
): TokenEndpoint<Request> {
  const endpoint = createTokenEndpoint<Claims, Request>(signer, getUser, options)
  return async (request, reply) => {
    const { status, headers, body } = await endpoint(request, request.raw)
    const vary = withVary(reply.getHeader('vary'), 'Origin')
    return reply
      .code(status)
      .headers({ ...headers, vary })
      .send(body)
  }
}
