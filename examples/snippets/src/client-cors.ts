import type { Express } from 'express'

export function allow(app: Express, page: string) {
  // #region cors
  app.use((req, res, next) => {
    res.vary('Origin')
    if (req.headers.origin !== page) return next()
    res.set({
      'access-control-allow-origin': page,
      'access-control-allow-headers': 'Authorization, X-Tenant-Key, Content-Type',
      'access-control-expose-headers': 'Date, Retry-After',
    })
    if (req.method === 'OPTIONS') res.sendStatus(204)
    else next()
  })
  // #endregion
}
