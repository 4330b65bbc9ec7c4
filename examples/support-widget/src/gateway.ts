// The support service's own side: it verifies, and answers from what the token allows.
import type { TenantDirectory } from '@countersign/core'
import { countersign } from '@countersign/express'
import { matchNone, toWire } from '@countersign/filters'
import express, { type ErrorRequestHandler, type Express } from 'express'
import { findArticles } from './articles.ts'
import { cors } from './cors.ts'
import { supportArticles } from './profile.ts'

export interface GatewayOptions {
  readonly tenants: TenantDirectory
  /** Origins whose pages may ask. */
  readonly origins: ReadonlySet<string>
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

export function createGateway({ tenants, origins, now }: GatewayOptions): Express {
  const auth = countersign({
    profile: supportArticles,
    tenants,
    now,
    directoryCache: false, // so that an outage of the directory shows at once, and not after ten minutes
  })
  const app = express().disable('x-powered-by').disable('etag')
  app.use(cors(origins))
  app.use((_req, res, next) => {
    // The clock that tokens are judged by: clients learn from it how far theirs is off.
    res.set({ Date: new Date(now()).toUTCString(), 'Cache-Control': 'no-store' })
    next()
  })

  // The token is judged before the body is read, and the body is held against it before a handler sees it.
  app.use('/v1', auth.beforeBody, express.json({ limit: '16kb' }), auth.afterBody)
  app.post('/v1/ask', (req, res) => {
    const { tenantId, filters = matchNone } = auth.identity(req)
    const { question } = (req.body ?? {}) as { question?: unknown }
    if (typeof question !== 'string' || question.trim() === '' || question.length > 500)
      return void res.status(400).json({ status: 400, title: 'Ask in 1 to 500 characters' })
    // Whose articles is what the key says. The filter is the customer's own word, and could name another.
    const found = findArticles(tenantId, filters, question)
    res.json({ found, filters: toWire(filters) })
  })

  app.use((_req, res) => void res.status(404).json({ status: 404, title: 'Not found' }))
  app.use(answerErrors)
  return app
}

// For what the body parser refuses. Express's own answer would show a stack trace.
const answerErrors: ErrorRequestHandler = (error: { status?: number }, _req, res, next) => {
  if (res.headersSent) return next(error)
  const { status = 500 } = error
  res.status(status).json({ status, title: status < 500 ? 'Bad request' : 'Internal error' })
}
