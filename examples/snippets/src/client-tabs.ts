import { createTokenSource } from '@countersign/client'

export function tokensOf(
  user: { id: string; tenantId: string },
  onTokenRefresh: () => Promise<string>,
) {
  // #region tabs
  const tokens = createTokenSource({ onTokenRefresh, share: `${user.tenantId}/${user.id}` })
  // #endregion
  return tokens
}
