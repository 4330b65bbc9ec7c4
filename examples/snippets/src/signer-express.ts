import type { Signer, SupportWidgetClaims } from '@countersign/signer'
import { tokenEndpoint } from '@countersign/signer/express'
import express, { type Express, type Request, type RequestHandler } from 'express'

export interface User {
  id: string
  roles: string[]
}

export function createApp(signer: Signer<SupportWidgetClaims>, session: RequestHandler): Express {
  const app = express()
  // #region endpoint
  type SessionRequest = Request & { session?: { user?: User } } // as your session middleware sets it

  const token = tokenEndpoint(signer, (req: SessionRequest) => {
    const user = req.session?.user
    return user && { userId: user.id, userRoles: user.roles }
  })
  app.all('/api/support/token', session, token)
  // #endregion
  return app
}
