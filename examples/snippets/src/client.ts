// #region client
type Action = 'refresh' | 'retry' | 'stop'

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** Sends requests with a token, and does what a refusal says: one refresh, a few retries, or nothing. */
export function createClient(fetchToken: () => Promise<string>, wait = sleep) {
  let token: string | undefined

  return async function send(url: string, init: { headers?: Record<string, string> } = {}) {
    let refreshed = false
    for (let attempt = 0; ; attempt += 1) {
      const sent = (token ??= await fetchToken())
      const headers = { ...init.headers, authorization: `Bearer ${sent}` }
      const response = await fetch(url, { ...init, headers })
      const action = await readAction(response)
      if (action === 'refresh' && !refreshed) {
        refreshed = true
        if (token === sent) token = undefined // unless another request has a new one already
      } else if (action === 'retry' && attempt < 5) {
        const seconds = Number(response.headers.get('retry-after'))
        await wait(seconds * 1000 * (1 + Math.random()))
      } else return response
    }
  }
}

async function readAction(response: Response): Promise<Action | undefined> {
  if (!response.headers.get('content-type')?.startsWith('application/problem+json'))
    return undefined
  const { action } = (await response.clone().json()) as { action?: Action }
  return action
}
// #endregion
