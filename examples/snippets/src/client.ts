// #region client
interface Problem {
  action?: 'refresh' | 'retry' | 'stop'
  retryAfter?: number
}

export interface ClientOptions {
  /** Asks your own backend for a new token. */
  fetchToken: () => Promise<string>
  /** The headers that go with a token. */
  headers?: (token: string) => Record<string, string>
  now?: () => number
  sleep?: (ms: number) => Promise<void>
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const timeout = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** Sends requests to one service with a token, and does what a refusal says. */
export function createClient(options: ClientOptions) {
  const { fetchToken, headers = bearer, now = Date.now, sleep = timeout } = options
  let token: string | undefined
  let fetching: Promise<string> | undefined
  let pause = 0 // ms between two refreshes, once the first was of no use
  let held: { until: number; refusal: Response } | undefined

  const current = async () => {
    if (token !== undefined) return token
    fetching ??= fetchToken().finally(() => (fetching = undefined)) // one for all who wait
    return (token = await fetching)
  }
  const hold = (refusal: Response) => {
    token = undefined
    pause = Math.min(Math.max(30_000, pause * 2), 600_000)
    held = { until: now() + pause, refusal: refusal.clone() }
  }

  return async function send(
    url: string,
    init: { method?: string; headers?: Record<string, string>; body?: string } = {},
  ): Promise<Response> {
    let refreshed = false
    for (let retries = 0; ;) {
      if (held !== undefined && now() < held.until) return held.refusal.clone()
      const sent = await current()
      const response = await fetch(url, { ...init, headers: { ...init.headers, ...headers(sent) } })
      const { action, retryAfter = 5 } = await readProblem(response)
      if (action === 'retry' && retries < 5) {
        retries += 1
        await sleep(retryAfter * 1000 * (1 + Math.random() / 2))
      } else if (action === 'refresh' && !refreshed && pause === 0) {
        refreshed = true
        if (token === sent) token = undefined // unless another request has a new one already
      } else {
        // Of the refusals only a 401 is about the token itself; after another it may still pass elsewhere.
        const useless = action !== undefined && response.status === 401
        if (token === sent && useless) hold(response)
        else if (token === sent && response.status < 500) pause = 0
        return response
      }
    }
  }
}

async function readProblem(response: Response): Promise<Problem> {
  const type = response.headers.get('content-type')
  if (!type?.startsWith('application/problem+json')) return {}
  return (await response.clone().json()) as Problem
}
// #endregion
