// #region search
import { fileDirectory, searchIntegration } from '@countersign/core'
import { countersign } from '@countersign/express'
import express from 'express'

const tenants = fileDirectory(process.env.TENANTS_FILE ?? 'tenants.json')
const auth = countersign({ profile: searchIntegration(), tenants })

const app = express()
app.use('/search', auth.beforeBody, express.json(), auth.afterBody)
app.post('/search', (req, res) => {
  const { userId, filters } = auth.identity(req)
  res.json({ userId, filters, body: req.body })
})
// #endregion

// #region uploads
app.post('/upload', auth.unbound, (req, res) => {
  const { tenantId } = auth.identity(req) // its bodyBound is false
  let bytes = 0
  req.on('data', (chunk: Buffer) => (bytes += chunk.length))
  req.on('end', () => res.json({ tenantId, bytes }))
})
// #endregion

export { app, tenants }
