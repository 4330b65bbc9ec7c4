import type { TokenSource } from '@countersign/client'

export function showStatus(tokens: TokenSource, light: { className: string; title: string }) {
  // #region status
  tokens.subscribe((status) => {
    light.className = status.state
    if (status.state === 'stopped') light.title = `refused: ${status.code ?? status.status}`
    if (status.state === 'failed') light.title = `no new token: ${status.error.reason}`
  })
  // #endregion
}
