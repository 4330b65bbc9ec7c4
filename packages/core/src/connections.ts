import { AuthError, type AuthAction } from './errors.ts'
import type { Identity } from './identity.ts'
import { ownOptions } from './options.ts'

// A timer runs on the monotonic clock, and beyond 2^31 ms Node fires it at once. So it looks at the wall clock again after a
// minute at the latest: a clock that jumped, or a machine that slept, is noticed by then.
const LONGEST_WAIT_MS = 60_000

/**
 * A signal that aborts when an identity's token expires, with `token_expired` as its reason: for streams and sockets, which
 * must not outlive it. One that is past `exp` already, also by less than the clock tolerance, gives a signal that is
 * aborted. An anonymous identity has no expiry; its signal never aborts.
 *
 * Whether the tenant, its key or the user is still accepted is another question: ask `authenticator.recheck` from time to time.
 *
 * @param options.until stop waiting when this aborts, as when the connection ends; else the timer is held until `exp`.
 *   It does not keep the process alive
 * @param options.now milliseconds since the epoch. Default: `Date.now`
 * @throws TypeError for a wrong or unknown option
 */
export function expirySignal(
  identity: Identity,
  options: { readonly until?: AbortSignal; readonly now?: () => number } = {},
): AbortSignal {
  const own = ownOptions('expirySignal', options, ['until', 'now'])
  const { until, now = Date.now } = own
  if (until !== undefined && !(until instanceof AbortSignal))
    throw new TypeError('expirySignal: option "until" must be an AbortSignal')
  if (typeof now !== 'function')
    throw new TypeError('expirySignal: option "now" must be a function')
  const controller = new AbortController()
  if (identity.kind === 'anonymous') return controller.signal
  const expiresAtMs = identity.expiresAt * 1000

  let timer: NodeJS.Timeout | undefined
  const wait = (): void => {
    if (until?.aborted === true) return
    const left = expiresAtMs - now()
    // Written so that a clock which does not tell the time ends the connection.
    if (left > 0) timer = setTimeout(wait, Math.min(left, LONGEST_WAIT_MS)).unref()
    else controller.abort(new AuthError('token_expired', { reason: 'exp passed on a connection' }))
  }
  until?.addEventListener('abort', () => clearTimeout(timer), { once: true })
  wait()
  return controller.signal
}

/** The WebSocket close codes of the three actions: RFC 6455 section 7.4.2 leaves 4000 to 4999 to applications. */
const CLOSE_CODES: Readonly<Record<AuthAction, CloseCode>> = {
  refresh: 4401,
  stop: 4403,
  retry: 1013,
}

/** 4401: come back with a new token. 4403: do not come back with this one. 1013: try again later. */
export type CloseCode = 4401 | 4403 | 1013

/**
 * With which code to close a WebSocket whose identity was refused. `error.code` fits as the reason of the close frame: it
 * is one of a closed list, and short.
 */
export function closeCode(error: AuthError): CloseCode {
  return CLOSE_CODES[error.action]
}
