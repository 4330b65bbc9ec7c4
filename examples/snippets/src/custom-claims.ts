import type { Tenant } from '@countersign/core'
// #region custom
import { supportWidget } from '@countersign/core'
import { countersign } from '@countersign/express'
import { z } from 'zod'
// #endregion
import express, { type Express } from 'express'

export function createApp(tenants: readonly Tenant[]): Express {
  const app = express()
  // #region custom
  const claims = z.object({ locale: z.enum(['en', 'de']).default('en') })
  const auth = countersign({ profile: supportWidget({ custom: claims }), tenants })

  app.get('/greeting', auth, (req, res) => {
    const { custom } = auth.identity(req) // { locale: 'en' | 'de' } | undefined
    res.json({ greeting: custom?.locale === 'de' ? 'Hallo' : 'Hello' })
  })
  // #endregion
  return app
}
