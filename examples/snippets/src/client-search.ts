import { createFetch, createTokenSource } from '@countersign/client'

export function createSearch(onTokenRefresh: () => Promise<string>, apiKey: string, api: string) {
  // #region search
  const tokens = createTokenSource({ onTokenRefresh })
  const send = createFetch(tokens, { origins: api, header: 'User-Token', apiKey })
  // #endregion
  return send
}
