import { createClient } from './client.ts'

export function createSearch(fetchToken: () => Promise<string>, apiKey: string) {
  // #region search
  const send = createClient({
    fetchToken,
    headers: (token) => ({ authorization: `Bearer ${apiKey}`, 'user-token': token }),
  })
  // #endregion
  return send
}
