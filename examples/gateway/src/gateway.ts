// The gateway: two services behind one profile each.
import {
  searchIntegration,
  supportWidget,
  type Identity,
  type TenantDirectory,
} from '@countersign/core'
import { countersign, requirePlan, requireRole } from '@countersign/express'
import { matchAll, matches, type Filters, type WireFilters } from '@countersign/filters'
import express, { type ErrorRequestHandler, type Express } from 'express'
import { documents } from './documents.ts'

/** What a handler had before it, once a request was let in. */
export interface Sighting {
  readonly identity: Identity
  /** The effective filter, as it stands in the body. */
  readonly filters?: WireFilters | undefined
  /** The effective user attributes, as they stand in the body. */
  readonly userAttributes?: Readonly<Record<string, unknown>> | undefined
  readonly found?: readonly string[]
}

export interface GatewayOptions {
  readonly support: TenantDirectory
  readonly search: TenantDirectory
  /** Told by every handler that runs. */
  readonly onHandled?: (sighting: Sighting) => void
}

export function createGateway({ support, search, onHandled }: GatewayOptions): Express {
  const app = express().disable('x-powered-by')
  app.get('/', (_req, res) => {
    res.json({ routes: ['GET /support/me', 'GET /support/reports', 'POST /search'] })
  })

  const supportAuth = countersign({ profile: supportWidget(), tenants: support })
  app.use('/support', supportAuth)
  app.get('/support/me', (req, res) => {
    const identity = supportAuth.identity(req)
    onHandled?.({ identity })
    const { tenantId, userId, userEmail, userRoles, plan } = identity
    res.json({ tenantId, userId, userEmail, userRoles, plan })
  })
  app.get('/support/reports', requireRole('admin'), requirePlan('pro'), (req, res) => {
    onHandled?.({ identity: supportAuth.identity(req) })
    res.json({ reports: [] })
  })

  const searchAuth = countersign({ profile: searchIntegration(), tenants: search })
  // The token is judged before the body is read, and the body is held against it before a handler sees it.
  app.use('/search', searchAuth.beforeBody, express.json(), searchAuth.afterBody)
  app.post('/search', (req, res) => {
    const identity = searchAuth.identity(req)
    // What the body says is by now what the token allows: a handler that was written before needs no change.
    const { filters, userAttributes } = (req.body ?? {}) as Partial<Sighting>
    const found = findDocuments(identity.filters)
    onHandled?.({ identity, filters, userAttributes, found })
    res.json({ userId: identity.userId, filters: identity.filters, found })
  })

  app.use(answerErrors)
  return app
}

function findDocuments(filters: Filters = matchAll): readonly string[] {
  return documents
    .filter(({ attributes }) => matches(filters, attributes))
    .map(({ title }) => title)
}

// For what the body parser refuses. Express's own answer would show a stack trace.
const answerErrors: ErrorRequestHandler = (error: { status?: number }, _req, res, next) => {
  if (res.headersSent) return next(error)
  const { status = 500 } = error
  res.status(status).json({ status, title: status < 500 ? 'Bad request' : 'Internal error' })
}
