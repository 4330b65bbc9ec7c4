// #region client
import { createFetch, createTokenSource } from '@countersign/client'

export function connect(gateway: string, initialToken?: string) {
  const tokens = createTokenSource({
    token: initialToken,
    onTokenRefresh: async () => {
      const res = await fetch('/api/support/token', { method: 'POST', credentials: 'include' })
      if (!res.ok) throw new Error(`no token: ${res.status}`)
      return ((await res.json()) as { token: string }).token
    },
  })
  const send = createFetch(tokens, { origins: gateway, tenantKey: 'ten_acme' })
  return { tokens, send } // send is called as fetch is
}
// #endregion
