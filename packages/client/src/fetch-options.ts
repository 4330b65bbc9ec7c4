/** How requests of one service carry the token. */
export interface FetchOptions {
  /**
   * Where the token may be sent: origins such as `'https://gateway.example'`, compared exactly. A request to any other one
   * rejects with a `TypeError` and is not sent. Default: the page's own origin; where there is
   * no page, as in Node, it has to be given.
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
  /** What sends the requests, each of them a `Request`. Default: the global `fetch` at the time of the request. */
  readonly fetch?: (request: Request) => Promise<Response>
}
