// #region support
import { supportWidget } from '@countersign/core'
import { countersign } from '@countersign/express'
import express from 'express'

const auth = countersign({
  profile: supportWidget(),
  tenants: [{ id: 'ten_acme', keys: [{ alg: 'HS256', secret: process.env.ACME_SECRET ?? '' }] }],
})

const app = express()
app.use('/v1', auth)
app.get('/v1/me', (req, res) => {
  const { userId, userRoles, plan } = auth.identity(req)
  res.json({ userId, userRoles, plan })
})
// #endregion

export { app }
