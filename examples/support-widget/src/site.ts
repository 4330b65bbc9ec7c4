// The customer's own site: it knows who is signed in, signs their tokens, and serves the page.
import type { Signer } from '@countersign/signer'
import { tokenEndpoint } from '@countersign/signer/express'
import express, { type Express, type RequestHandler } from 'express'
import type { Page } from './bundle.ts'
import { users, type User } from './customers.ts'
import type { Sessions } from './sessions.ts'

export interface SiteOptions {
  readonly page: Page
  readonly gatewayUrl: string
  readonly sessions: Sessions
  readonly signer: Signer<User>
  /** Routes of the demonstration, under `/demo`. */
  readonly demo: RequestHandler
}

export function createSite({ page, gatewayUrl, sessions, signer, demo }: SiteOptions): Express {
  const app = express().disable('x-powered-by')
  app.use((_req, res, next) => {
    res.set({ ...HEADERS, 'Content-Security-Policy': policy(gatewayUrl) })
    next()
  })
  app.all(
    '/api/support/token',
    tokenEndpoint(signer, (req) => sessions.userOf(req)),
  )
  app.use('/demo', demo)

  app.get('/', (req, res) => {
    // Visitors are signed in as the first user, in place of a form.
    if (sessions.userOf(req) === undefined) res.set('Set-Cookie', sessions.begin(users[0] as User))
    res.set('Cache-Control', 'no-store').type('html')
    res.send(page.html.replaceAll('%GATEWAY%', gatewayUrl))
  })
  app.get('/assets/:name', (req, res, next) => {
    const asset = page.assets.get(`assets/${req.params.name}`)
    if (asset === undefined) return next()
    res.type(req.params.name).set('Cache-Control', 'max-age=31536000, immutable').send(asset)
  })
  app.use((_req, res) => void res.status(404).type('text').send('Not found'))
  return app
}

const HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
}

// Nothing but the page's own files, and the gateway to ask.
function policy(gatewayUrl: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${gatewayUrl}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
}
