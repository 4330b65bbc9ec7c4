import type { RequestHandler } from 'express'

/**
 * Lets the pages of these origins ask from another origin. It stands before `countersign()`, so that its headers are on
 * refusals too: without them a page sees a network error, and neither a code nor an action.
 */
export function cors(origins: ReadonlySet<string>): RequestHandler {
  return (req, res, next) => {
    const { origin } = req.headers
    res.vary('Origin')
    if (origin === undefined || !origins.has(origin)) return next() // the browser keeps the answer from the page
    res.set({
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Expose-Headers': 'WWW-Authenticate, Retry-After, Date',
    })
    if (req.method !== 'OPTIONS') return next()
    res.set({
      'Access-Control-Allow-Methods': 'POST',
      'Access-Control-Allow-Headers': 'Authorization, Content-Type, X-Tenant-Key',
      'Access-Control-Max-Age': '600', // seconds in which the browser does not ask again
    })
    res.status(204).end()
  }
}
