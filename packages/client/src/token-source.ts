import type { TokenStatus } from './status.ts'

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
   * what tells users apart, such as `` `${tenantId}/${userId}` ``: a tab takes a token that another one got. Needs
   * `BroadcastChannel`, and Web Locks to share the refresh as well; where they are missing, each tab refreshes for itself.
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

/** One user's tokens: the current one, and how to get the next. */
export interface TokenSource {
  /** What happened last. */
  readonly status: TokenStatus
  /**
   * Hears every change of `status`. A listener that throws harms nobody; its error is dropped.
   *
   * @returns what ends the subscription
   */
  subscribe(listener: (status: TokenStatus) => void): () => void
  /**
   * The token to send now, for sockets and for other clients; refreshed where there is none or it has expired. One that is
   * about to expire is given as it is, and the next one asked for meanwhile.
   *
   * @throws TokenRefreshError; the signal's reason, once it aborts; an `AbortError` after `close`
   */
  get(options?: { readonly signal?: AbortSignal | undefined }): Promise<string>
  /**
   * Takes a token that you got elsewhere. It starts afresh: what was refused before is forgotten.
   *
   * @throws TypeError if it is no text that a header can carry; without the text
   */
  set(token: string): void
  /**
   * Asks for a new token now, also when it is early: for a button of the user, or a socket that was closed with 4401. Joins
   * a refresh that is under way.
   *
   * @throws as `get` does
   */
  refresh(options?: { readonly signal?: AbortSignal | undefined }): Promise<string>
  /**
   * Forgets the token, and ends every wait and channel: for when the user signs out. Who waits is rejected with an
   * `AbortError`, and nothing is sent any more. A source for the next user is a new one.
   */
  close(): void
}

/**
 * Makes a source of tokens for one user of one service. It does nothing by itself: a page that sends no requests asks for
 * no tokens.
 *
 * - A token is refreshed when a request comes after 80 to 90 % of the life that it had when it arrived; that request does
 *   not wait. `exp` is read and never verified. A token that is no JWT with an `exp` is refreshed when the service refuses it.
 * - There is one refresh at a time. If it fails, all who wait get the same `TokenRefreshError`, and nobody asks again for
 *   1 s, doubling to 30 s.
 * - A new token that the service refuses too ends the refreshing for 30 s, doubling to 10 min each time in a row.
 *
 * @throws TypeError that names a wrong option, without its value
 */
export function createTokenSource(_options: TokenSourceOptions): TokenSource {
  throw new Error('not yet')
}
