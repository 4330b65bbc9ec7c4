import type { IncomingMessage, ServerResponse } from 'node:http'
import { hasLargeUnreadBody, withVary } from '@countersign/core/signing'
import type { Answer } from './endpoint/answers.ts'
import {
  createTokenEndpoint,
  type GetUser,
  type TokenEndpointOptions,
} from './endpoint/endpoint.ts'
import type { Signer } from './signer.ts'

export type { GetUser, TokenEndpointOptions } from './endpoint/endpoint.ts'

/** A handler for Express 4 and 5, and for anything else that takes `(req, res)`. */
export type TokenEndpoint<Request> = (req: Request, res: ServerResponse) => Promise<void>

/**
 * Gives the pages of your site a token for whoever is signed in: `app.all('/api/support/token', tokenEndpoint(…))`, behind
 * what reads the session.
 *
 * `getUser` gets `req`, and returns what `signer.sign` takes, or `null` for nobody.
 *
 * @throws TypeError that names a wrong argument or option
 */
export function tokenEndpoint<Claims, Request extends IncomingMessage = IncomingMessage>(
  signer: Signer<Claims>,
  getUser: GetUser<NoInfer<Claims>, Request>,
  options: TokenEndpointOptions = {},
): TokenEndpoint<Request> {
  const endpoint = createTokenEndpoint<Claims, Request>(signer, getUser, options)
  return async (req, res) => send(await endpoint(req, req), req, res)
}

function send({ status, headers, body }: Answer, req: IncomingMessage, res: ServerResponse): void {
  if (res.headersSent) return void res.destroy() // too late for an answer
  res.statusCode = status
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  res.setHeader('vary', withVary(res.getHeader('vary'), 'Origin'))
  if (hasLargeUnreadBody(req)) res.setHeader('connection', 'close')
  res.end(body)
}
