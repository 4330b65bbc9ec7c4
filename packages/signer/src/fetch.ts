import {
  createTokenEndpoint,
  type GetUser,
  type TokenEndpointOptions,
} from './endpoint/endpoint.ts'
import type { Signer } from './signer.ts'

export type { GetUser, TokenEndpointOptions } from './endpoint/endpoint.ts'

/** A handler for Fetch requests: Hono, Next.js route handlers and the like. */
export type TokenEndpoint = (request: Request) => Promise<Response>

/**
 * Gives the pages of your site a token for whoever is signed in.
 *
 * `getUser` gets the `Request`, and returns what `signer.sign` takes, or `null` for nobody.
 *
 * @throws TypeError that names a wrong argument or option
 */
export function tokenEndpoint<Claims>(
  signer: Signer<Claims>,
  getUser: GetUser<NoInfer<Claims>, Request>,
  options: TokenEndpointOptions = {},
): TokenEndpoint {
  const endpoint = createTokenEndpoint<Claims, Request>(signer, getUser, options)
  return async (request) => {
    const { status, headers, body } = await endpoint(request, request)
    return new Response(body === '' ? null : body, {
      status,
      headers: { ...headers, vary: 'Origin' },
    })
  }
}
