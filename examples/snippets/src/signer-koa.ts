import type { Signer, SupportWidgetClaims } from '@countersign/signer'
import { tokenEndpoint } from '@countersign/signer/koa'
import Koa, { type Context, type Middleware } from 'koa'

export function createApp(signer: Signer<SupportWidgetClaims>, session: Middleware): Koa {
  const app = new Koa()
  app.use(session)
  // #region endpoint
  const token = tokenEndpoint(signer, (ctx: Context) => {
    const user = ctx.state.user as { id: string } | undefined
    return user && { userId: user.id }
  })
  app.use((ctx, next) => (ctx.path === '/api/support/token' ? token(ctx) : next()))
  // #endregion
  return app
}
