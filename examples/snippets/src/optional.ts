import type { Tenant } from '@countersign/core'
import { supportWidget } from '@countersign/core'
import { countersign } from '@countersign/express'
import express, { type Express } from 'express'

export function createApp(tenants: readonly Tenant[]): Express {
  const app = express()
  // #region optional
  const auth = countersign({ profile: supportWidget(), tenants, optional: true })
  app.get('/articles', auth, (req, res) => {
    const identity = auth.identity(req)
    res.json(identity.kind === 'verified' ? { for: identity.userId } : { for: 'everyone' })
  })
  // #endregion
  return app
}
