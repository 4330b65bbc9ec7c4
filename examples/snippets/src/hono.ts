// #region middleware
import {
  AuthError,
  isPreflight,
  toResponse,
  type Authenticator,
  type Identity,
} from '@countersign/core'
import type { MiddlewareHandler } from 'hono'

export interface Variables {
  identity: Identity
}

export function countersign(
  authenticator: Authenticator,
): MiddlewareHandler<{ Variables: Variables }> {
  return async (c, next) => {
    const request = c.req.raw
    if (isPreflight(request)) return next()
    const outcome = await authenticator.authenticate(request)
    if (!outcome.ok) return toResponse(outcome.error)

    const { profile } = authenticator
    if (profile.body === null) {
      c.set('identity', outcome.identity)
      return next()
    }
    const text = await request.text()
    if (text !== '' && !/^application\/json *(;|$)/i.test(c.req.header('content-type') ?? ''))
      return toResponse(new AuthError('body_unsupported'))
    const bound = authenticator.bindBody(outcome.identity, parseJson(text))
    if (!bound.ok) return toResponse(bound.error)

    c.set('identity', bound.identity)
    // What handlers read from now on, with c.req.json() too, is the bound body.
    const { method, url, headers } = request
    const body = bound.body === undefined ? null : JSON.stringify(bound.body)
    c.req.raw = new Request(url, { method, headers, body })
    await next()
  }
}

function parseJson(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return null // no object, so it is refused as body_invalid
  }
}
// #endregion
