// #region widget
import { createFetch, createTokenSource } from '@countersign/client'

interface WidgetOptions {
  tenantKey: string
  jwt: string
  onTokenRefresh: () => Promise<string>
  gateway?: string
}

export const AISupportWidget = {
  init({ tenantKey, jwt, onTokenRefresh, gateway = 'https://gateway.example' }: WidgetOptions) {
    const tokens = createTokenSource({ token: jwt, onTokenRefresh })
    const send = createFetch(tokens, { origins: gateway, tenantKey })
    return {
      ask: (question: string, signal?: AbortSignal) =>
        send(`${gateway}/v1/chat`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ question }),
          signal: signal ?? null,
        }),
      onStatus: tokens.subscribe,
      signOut: tokens.close,
    }
  },
}
// #endregion

export function start(initialToken: string) {
  // #region init
  const widget = AISupportWidget.init({
    tenantKey: 'ten_acme',
    jwt: initialToken,
    onTokenRefresh: async () => {
      // Before the token expires, and when the gateway asks for another one.
      const res = await fetch('/api/support/token', { method: 'POST', credentials: 'include' })
      const { token } = (await res.json()) as { token: string }
      return token
    },
  })
  // #endregion
  return widget
}
