// #region search
import { fileDirectory, searchIntegration } from '@countersign/core'
import { countersign } from '@countersign/koa'
import { bodyParser } from '@koa/bodyparser'
import Koa from 'koa'

const tenants = fileDirectory(process.env.TENANTS_FILE ?? 'tenants.json')
const auth = countersign({ profile: searchIntegration(), tenants })

const app = new Koa()
// #region line
app.use(auth.beforeBody).use(bodyParser()).use(auth.afterBody)
// #endregion
app.use((ctx) => {
  const { userId, filters } = auth.identity(ctx)
  ctx.body = { userId, filters, body: ctx.request.body }
})
// #endregion

export { app, tenants }
