// #region support
import { supportWidget } from '@countersign/core'
// #region line
import { countersign } from '@countersign/koa'
// #endregion
import Koa from 'koa'

const auth = countersign({
  profile: supportWidget(),
  tenants: [{ id: 'ten_acme', keys: [{ alg: 'HS256', secret: process.env.ACME_SECRET ?? '' }] }],
})

const app = new Koa()
// #region line
app.use(auth) // then auth.identity(ctx), or ctx.state.identity
// #endregion
app.use((ctx) => {
  const { userId, userRoles, plan } = auth.identity(ctx)
  ctx.body = { userId, userRoles, plan }
})
// #endregion

export { app }
