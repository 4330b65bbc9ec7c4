/** Where tokens come from. */
export interface TokenSourceOptions {
  /** The first token, where the page came with one. Default: `onTokenRefresh` is asked when the first request needs it. */
  readonly token?: string | undefined
  /**
   * Asks your own backend for a new token, and gives it. `signal` aborts when nobody waits for the answer any more: it took
   * too long, another token came first, or the source was closed. Called by one request at a time, however many wait.
   */
  readonly onTokenRefresh: (options: { readonly signal: AbortSignal }) => Promise<string> | string
  /**
   * Share one refresh, and its token, among the tabs of this origin whose sources have the same text here. It has to hold
   * what tells users apart, such as `` `${tenantId}/${userId}` ``, in visible ASCII. A tab takes only a token whose claims are
   * those of its own, but for the times. Needs `BroadcastChannel`, and Web Locks to share the refresh as well; where they are
   * missing, each tab refreshes for itself.
   * Default: `false`, nothing is shared.
   */
  readonly share?: string | false
  /** Milliseconds that `onTokenRefresh` may take, 100 to 120 000. Default: 10 000. */
  readonly refreshTimeout?: number
  /** The clock: milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number
  /** Calls `run` once after `ms` milliseconds, and gives what prevents that. Default: `setTimeout`. */
  readonly timer?: (run: () => void, ms: number) => () => void
  /** A number from 0 to 1, below 1, which spreads refreshes and retries. Default: `Math.random`. */
  readonly random?: () => number
}
