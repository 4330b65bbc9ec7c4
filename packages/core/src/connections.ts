import type { Outcome } from './authenticator.ts'
import type { Awaitable } from './awaitable.ts'
import { AuthError, type AuthAction } from './errors.ts'
import type { Identity } from './identity.ts'
import { numberOption, ownOptions } from './options.ts'

// A timer runs on the monotonic clock, and beyond 2^31 ms Node fires it at once. So it looks at the wall clock again after a
// minute at the latest: a clock that jumped, or a machine that slept, is noticed by then.
const LONGEST_WAIT_MS = 60_000

/** When a connection's identity is looked at again, and until when. */
export interface ConnectionOptions {
  /**
   * Stop waiting when this aborts, as when the connection ends or has a new identity; else the timers are held until `exp`.
   * They do not keep the process alive.
   */
  readonly until?: AbortSignal
  /** Milliseconds since the epoch. Default: `Date.now` */
  readonly now?: () => number
  /** Calls back after so many milliseconds, and returns what calls that off. Default: `setTimeout`. */
  readonly timer?: (callback: () => void, ms: number) => () => void
}

/**
 * A signal that aborts when an identity's token expires, with `token_expired` as its reason: for streams and sockets, which
 * must not outlive it. One that is past `exp` already, also by less than the clock tolerance, gives a signal that is
 * aborted. An anonymous identity has no expiry; its signal never aborts.
 *
 * Whether the tenant, its key or the user is still accepted is another question: {@link identitySignal} asks it too.
 *
 * @throws TypeError for a wrong or unknown option
 */
export function expirySignal(identity: Identity, options: ConnectionOptions = {}): AbortSignal {
  const settings = readOptions('expirySignal', ownOptions('expirySignal', options, OPTIONS))
  const controller = new AbortController()
  abortAtExpiry(controller, identity, settings)
  return controller.signal
}

/**
 * A signal that aborts when an identity no longer holds, with the `AuthError` that says why as its reason: at `exp`, as
 * {@link expirySignal}, or when `authenticator.recheck`, asked from time to time, refuses it: the tenant or its key is gone, the
 * token was revoked. An outage (`action: 'retry'`) does not abort it; `exp` bounds how long one can last.
 *
 * After a refresh on the connection, abort the `until` of the old identity and make a signal for the new one.
 *
 * @param options.every milliseconds between two questions, one at a time: 1000 to 3 600 000. Default: 30 000
 * @throws TypeError for a wrong or unknown option
 */
export function identitySignal<Custom>(
  authenticator: { recheck(identity: Identity<Custom>): Awaitable<Outcome<Custom>> },
  identity: Identity<Custom>,
  options: ConnectionOptions & { readonly every?: number } = {},
): AbortSignal {
  const own = ownOptions('identitySignal', options, [...OPTIONS, 'every'])
  const every = numberOption('identitySignal: option "every" (milliseconds)', own.every, {
    min: 1000,
    max: 3_600_000,
    fallback: 30_000,
  })
  const settings = readOptions('identitySignal', own)
  const controller = new AbortController()
  const { signal } = controller
  abortAtExpiry(controller, identity, settings)

  const ask = async (): Promise<void> => {
    const error = await refusalOf(() => authenticator.recheck(identity))
    if (error === undefined) wait()
    else if (settings.until?.aborted !== true) controller.abort(error)
  }
  let cancel: (() => void) | undefined
  const wait = (): void => {
    if (isOver(signal, settings)) return
    cancel = settings.timer(() => void ask(), every)
  }
  const stop = (): void => cancel?.()
  signal.addEventListener('abort', stop, { once: true })
  settings.until?.addEventListener('abort', stop, { once: true, signal })
  wait()
  return signal
}

const OPTIONS = ['until', 'now', 'timer'] as const

interface Settings {
  readonly until: AbortSignal | undefined
  readonly now: () => number
  readonly timer: NonNullable<ConnectionOptions['timer']>
}

function readOptions(where: string, options: ConnectionOptions): Settings {
  const { until, now = Date.now, timer = startTimer } = options
  if (until !== undefined && !(until instanceof AbortSignal))
    throw new TypeError(`${where}: option "until" must be an AbortSignal`)
  if (typeof now !== 'function') throw new TypeError(`${where}: option "now" must be a function`)
  if (typeof timer !== 'function')
    throw new TypeError(`${where}: option "timer" must be a function`)
  return { until, now, timer }
}

function startTimer(callback: () => void, ms: number): () => void {
  const timer = setTimeout(callback, ms).unref()
  return () => clearTimeout(timer)
}

function isOver(signal: AbortSignal, { until }: Settings): boolean {
  return signal.aborted || until?.aborted === true
}

function abortAtExpiry(controller: AbortController, identity: Identity, settings: Settings): void {
  if (identity.kind === 'anonymous') return
  const { until, now, timer } = settings
  const { signal } = controller
  const expiresAtMs = identity.expiresAt * 1000

  let cancel: (() => void) | undefined
  const wait = (): void => {
    if (isOver(signal, settings)) return
    const left = expiresAtMs - now()
    // Written so that a clock which does not tell the time ends the connection.
    if (left > 0) cancel = timer(wait, Math.min(left, LONGEST_WAIT_MS))
    else controller.abort(new AuthError('token_expired', { reason: 'exp passed on a connection' }))
  }
  const stop = (): void => cancel?.()
  signal.addEventListener('abort', stop, { once: true })
  until?.addEventListener('abort', stop, { once: true, signal })
  wait()
}

// An authenticator never throws. What does cannot tell who is asking, and then nobody is.
async function refusalOf(recheck: () => Awaitable<Outcome>): Promise<AuthError | undefined> {
  try {
    const outcome = await recheck()
    return outcome.ok || outcome.error.action === 'retry' ? undefined : outcome.error
  } catch {
    return new AuthError('keys_unavailable', { reason: 'a recheck that failed' })
  }
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
