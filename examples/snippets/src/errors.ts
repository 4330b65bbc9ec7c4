import type { Tenant } from '@countersign/core'
import { AuthError, supportWidget } from '@countersign/core'
import { countersign } from '@countersign/express'
import express, { type ErrorRequestHandler, type Express } from 'express'

export function createApp(tenants: readonly Tenant[], log: (line: string) => void): Express {
  const app = express()
  // #region throw
  app.use('/v1', countersign({ profile: supportWidget(), tenants, errors: 'throw' }))

  const onError: ErrorRequestHandler = (error, _req, res, next) => {
    if (!(error instanceof AuthError)) return next(error)
    log(`${error.code}: ${error.reason}`) // the reason is for the log, never for the client
    res.status(error.status).set(error.headers).json({ code: error.code, action: error.action })
  }
  app.use(onError)
  // #endregion
  return app
}
