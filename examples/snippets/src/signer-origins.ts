import type { Signer, SupportWidgetClaims } from '@countersign/signer'
import { tokenEndpoint, type GetUser, type TokenEndpointOptions } from '@countersign/signer/express'
import type { IncomingMessage } from 'node:http'

export function createEndpoint(
  signer: Signer<SupportWidgetClaims>,
  getUser: GetUser<SupportWidgetClaims, IncomingMessage>,
  log: (error: unknown) => void,
): ReturnType<typeof tokenEndpoint<SupportWidgetClaims>> {
  // #region origins
  const options: TokenEndpointOptions = {
    origins: ['https://docs.acme.example'], // pages of another origin that may ask
    onError: log, // why getUser or sign failed
  }
  const token = tokenEndpoint(signer, getUser, options)
  // #endregion
  return token
}
