// #region refresh
export async function onTokenRefresh(): Promise<string> {
  const response = await fetch('/api/support/token', { method: 'POST', credentials: 'include' })
  if (response.status === 401) throw new Error('nobody is signed in')
  if (!response.ok) throw new Error(`no token: ${response.status}`)
  const { token } = (await response.json()) as { token: string }
  return token
}
// #endregion
