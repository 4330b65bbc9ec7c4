// #region guards
import { memoryDirectory, supportWidget } from '@countersign/core'
import { countersign, requirePlan, requireRole } from '@countersign/express'
import express from 'express'

const tenants = memoryDirectory()
const app = express()
app.use('/v1', countersign({ profile: supportWidget(), tenants }))
app.get('/v1/reports', requireRole('admin', 'owner'), requirePlan('pro'), (_req, res) => {
  res.json({ reports: [] })
})
// #endregion

// #region memory
tenants.set({ id: 'ten_acme', keys: [{ alg: 'HS256', secret: process.env.ACME_SECRET ?? '' }] })
tenants.delete('ten_globex')
// #endregion

export { app }
