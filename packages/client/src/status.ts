import type { TokenRefreshError } from './refresh-error.ts'

/** What a status light shows. */
export type TokenState = TokenStatus['state']

/**
 * What happened last, as `source.status` holds it and listeners hear it. Times are milliseconds; `expiresAt` and `until`
 * are on the clock of this machine. `code` is the refusal's, where it gave one.
 *
 * - `idle`: nothing has happened yet, and there is no token.
 * - `fresh`: there is a token; `by` says where it came from. `answer`: the service took it, after something else was wrong.
 *   `expiresAt` is unknown for a token that cannot be read, or whose `exp` makes no sense on this clock.
 * - `refreshing`: a new token is being asked for, since there was none (`missing`), it is about to end (`expiring`), the
 *   service refused it (`refused`), or somebody called `refresh()` (`asked`).
 * - `retrying`: a request waits `delay` before it is sent again, for the `attempt`th time of five.
 * - `stopped`: a request was refused for good. Where `until` is given it was the token that was refused: no new one is
 *   asked for before that time, unless `set` or `refresh` is called.
 * - `offline`: `fetch` rejected: the service was not reached, or it redirects.
 * - `failed`: there is no new token; `error.cause` says why. A token that still lives is used on.
 * - `closed`: `close()` was called. It is the last.
 */
export type TokenStatus =
  | { readonly state: 'idle' }
  | {
      readonly state: 'fresh'
      readonly by: 'set' | 'refresh' | 'tab' | 'answer'
      readonly expiresAt: number | undefined
    }
  | { readonly state: 'refreshing'; readonly why: 'missing' | 'expiring' | 'refused' | 'asked' }
  | {
      readonly state: 'retrying'
      readonly attempt: number
      readonly delay: number
      readonly status: number
      readonly code: string | undefined
    }
  | {
      readonly state: 'stopped'
      readonly status: number
      readonly code: string | undefined
      readonly until: number | undefined
    }
  | { readonly state: 'offline' }
  | { readonly state: 'failed'; readonly error: TokenRefreshError }
  | { readonly state: 'closed' }
