import type { TokenStatus } from './status.ts'

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
