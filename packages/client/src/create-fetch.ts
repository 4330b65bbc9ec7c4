import type { TokenSource } from './token-source.ts'

/** How requests of one service carry the token. */
export interface FetchOptions {
  /**
   * Where the token may be sent: origins such as `'https://gateway.example'`, compared exactly. A request to any other one
   * rejects with a `TypeError` and is not sent. Default: the page's own origin; where there is no page, as in Node, it has to be given.
   */
  readonly origins?: string | readonly string[]
  /** The header of the token. Default: `Authorization`. */
  readonly header?: string
  /** What stands before the token; `null` for the token alone. Default: `Bearer` in `Authorization`, `null` in others. */
  readonly scheme?: string | null
  /** Sent as `Authorization: Bearer {apiKey}` beside the token, which then needs a `header` of its own. Default: none. */
  readonly apiKey?: string | undefined
  /** Sent as `X-Tenant-Key`. Default: none. */
  readonly tenantKey?: string | undefined
  /** What sends the requests. Default: the global `fetch` at the time of the request. */
  readonly fetch?: typeof globalThis.fetch
}

/**
 * Makes a `fetch` that sends the source's token, and does what a refusal says.
 *
 * - 401 with `action: "refresh"`, and 401 without a problem document: one new token, and the request once more.
 * - `action: "retry"`: the same once more, after `retryAfter` seconds and up to half as much again, five times at most.
 *   (From 1 to 60 s. Without `retryAfter`: the header `Retry-After`, else 5 s.)
 * - `action: "stop"`, and everything else: the answer is yours, unread. After a 401 that says `stop` the token is not sent
 *   again: further requests get the same refusal without being sent, until there is a new token, after 30 s at the earliest.
 *
 * Bodies that `fetch` can send twice are sent again. A `ReadableStream`, or the body of a `Request`, is kept while it is
 * sent; over 1 MiB it is not, and the refusal is the answer. Redirects are not followed: a header of the token would go along.
 *
 * The function rejects as `fetch` does, with a `TokenRefreshError` where there is no token, and with the reason of the
 * signal wherever it waits. It sets the headers that it owns over those that the request brings.
 *
 * @throws TypeError that names a wrong option, without its value
 */
export function createFetch(
  _source: TokenSource,
  _options: FetchOptions = {},
): typeof globalThis.fetch {
  throw new Error('not yet')
}
