import { createHold } from './hold.ts'
import { must, mustKnow, own } from './options.ts'
import { TokenRefreshError } from './refresh-error.ts'
import type { TokenSourceOptions } from './source-options.ts'
import type { TokenStatus } from './status.ts'
import { supplies } from './supply.ts'
import { joinTabs } from './tabs.ts'
import type { TokenSource } from './token-source.ts'
import { expiryOf, isToken, saysTheSame } from './token.ts'
import { nothing, wait, type Signal, type Waiting } from './waiting.ts'

type Fresh = Extract<TokenStatus, { state: 'fresh' }>
type Refreshing = Extract<TokenStatus, { state: 'refreshing' }>

/** A refresh that is under way: what ends it, with the reason why there is no token, and its end. */
type Flight = readonly [AbortController, Promise<unknown>]

/** Milliseconds by which a clock may be off before it matters: `Date` has whole seconds, and answers take time. */
const NOISE = 10_000

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
export function createTokenSource(options: TokenSourceOptions): TokenSource {
  const {
    token: first,
    onTokenRefresh,
    share = false,
    refreshTimeout = 10_000,
    now = Date.now,
    timer = (run: () => void, ms: number) => {
      const id = setTimeout(run, ms)
      return () => clearTimeout(id)
    },
    random = Math.random,
    ...unknown
  } = own(options)
  mustKnow(unknown)
  must(typeof onTokenRefresh === 'function', 'onTokenRefresh')
  must(share === false || isToken(share), 'share')
  must(refreshTimeout >= 100 && refreshTimeout <= 120_000, 'refreshTimeout')

  let closed: DOMException | undefined
  const waiting: Waiting = new Set()
  const listeners = new Set<(status: TokenStatus) => void>()
  let latest: TokenStatus = { state: 'idle' }
  const [turn, tell, leave] = joinTabs(share, hear, timer, refreshTimeout)
  /** After a refused new token, and after a failed refresh. */
  const refusals = createHold(now, 30_000, 600_000)
  const failures = createHold(now, 1000, 30_000)

  let token: string | undefined
  /**
   * How the service takes it. 0: nothing is known against it. 1: it came in place of a refused one, and was not accepted yet.
   * 2: refused, so that it needs a successor before anything else is sent. 3: refused for good, no successor while that holds.
   */
  let standing: 0 | 1 | 2 | 3 = 0
  let failure: TokenRefreshError | undefined
  /** The refresh that is under way. */
  let flight: Flight | undefined
  // Milliseconds on the service's clock, which is `offset` ahead of this one. NaN compares false: not known, never reached.
  let expiresAt = NaN
  let refreshAt = NaN
  let offset = 0

  /** Only a token that was given by hand can be old on arrival: a new one that looks so shows that a clock is wrong. */
  function schedule(byHand: boolean): void {
    expiresAt = expiryOf(token)
    const left = expiresAt - (now() + offset)
    if (left <= 0 && !byHand) expiresAt = NaN
    refreshAt = expiresAt - left * (0.1 + random() / 10)
  }

  function publish(status: TokenStatus): void {
    if (closed) return
    latest = status
    // Async, since such a listener rejects where another one throws: neither is the source's to report.
    // oxlint-disable-next-line unicorn/no-useless-spread -- a listener may change who listens
    for (const listener of [...listeners]) (async () => listener(status))().catch(nothing)
  }

  function publishFresh(by: Fresh['by']): void {
    publish({ state: 'fresh', by, expiresAt: expiresAt - offset || undefined })
  }

  function arrive(next: string, by: 'set' | 'refresh' | 'tab'): void {
    if (standing < 2) standing = 0
    else {
      standing = 1
      refusals.end = 0
    }
    failures.length = failures.end = 0
    token = next
    schedule(by === 'set')
    flight?.[0].abort()
    flight = undefined
    publishFresh(by)
  }

  function hear(next: unknown): void {
    if (
      isToken(next) &&
      next !== token &&
      (!token || saysTheSame(token, next)) &&
      (standing > 1 || !(expiryOf(next) <= expiryOf(token)))
    )
      arrive(next, 'tab')
  }

  /** Joins the refresh that is under way, or begins one. It ends when there is a token, or with the reason why not. */
  function renew(why: Refreshing['why']): Flight {
    if (flight) return flight
    const mine = new AbortController()
    const { signal } = mine
    const end = new Promise((resolve) => signal.addEventListener('abort', resolve))
    const refresh: Flight = (flight = [mine, end])

    async function ask(): Promise<void> {
      let error: TokenRefreshError
      try {
        const asked = (async () => [await onTokenRefresh({ signal })])()
        const got = await wait(timer, refreshTimeout, asked, signal)
        signal.throwIfAborted() // Another token may have come in the same moment.
        const next: unknown = got?.[0]
        if (isToken(next)) {
          tell(next)
          arrive(next, 'refresh')
          return
        }
        error = new TokenRefreshError(got ? 'invalid' : 'timeout')
      } catch (cause) {
        error = new TokenRefreshError('failed', { cause })
      }
      if (signal.aborted) return
      flight = undefined
      failure = error
      failures.begin()
      mine.abort(error)
      publish({ state: 'failed', error })
    }

    turn(ask, signal).catch(nothing)
    publish({ state: 'refreshing', why })
    return refresh
  }

  async function ended([{ signal: refresh }, end]: Flight, signal: Signal): Promise<string> {
    await wait(timer, 0, end, signal, waiting)
    if (refresh.reason instanceof TokenRefreshError) throw refresh.reason
    return current()
  }

  function forget(): void {
    refusals.length = refusals.end = failures.length = failures.end = 0
  }

  /** The token, unless the source or the request has ended. */
  function current(signal?: Signal): string {
    if (closed) throw closed
    signal?.throwIfAborted()
    return token as string
  }

  async function acquire(signal: Signal): Promise<string> {
    current(signal)
    const time = now() + offset
    const usable = token && standing < 2 && !(time >= expiresAt)
    // The hold is for what was refused. A token that was taken after all, and has ended since, is none of that.
    if (usable ? time >= refreshAt : standing < 2 || !refusals.until()) {
      if (!failures.until()) {
        const why = !token ? 'missing' : standing < 2 ? 'expiring' : 'refused'
        const refresh = renew(why)
        if (!usable) return ended(refresh, signal)
      } else if (!usable) throw failure
    }
    return current()
  }

  function judge(
    sent: string,
    status: number,
    action: unknown,
    code: string | undefined,
    renewed: boolean,
  ): boolean {
    const refused = status === 401 && action !== 'retry'
    const final = renewed || action === 'stop'
    if (refused && sent !== token) {
      if (!final && token) return true
    } else if (refused && standing < 3 && !refusals.until()) {
      if (!final && standing !== 1) {
        standing = 2
        return true
      }
      standing = 3
      refusals.begin()
    }
    // What is refused for another reason than the token shows that the token is good.
    const taken = status < 500 && status !== 401 && status !== 429
    if (taken && sent === token) {
      standing = 0
      refusals.length = 0
    }
    if (refused || action) publish({ state: 'stopped', status, code, until: refusals.until() })
    else if (taken && /off|retr|stop/.test(latest.state)) publishFresh('answer')
    return false
  }

  function learnTime(date: string | null): void {
    const ahead = Date.parse(date ?? '') - now()
    if (!(Math.abs(ahead - offset) > NOISE)) return
    offset = ahead
    schedule(false)
  }

  const source: TokenSource = {
    get status() {
      return latest
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async get(given) {
      const got = await acquire(given?.signal)
      if (standing > 1) throw new TokenRefreshError('held')
      return got
    },
    set(next) {
      must(isToken(next), 'token')
      if (closed) return
      standing = 0
      forget()
      arrive(next, 'set')
    },
    async refresh(given) {
      current(given?.signal)
      forget()
      return ended(renew('asked'), given?.signal)
    },
    close() {
      token = undefined
      publish({ state: 'closed' })
      closed = new DOMException('Closed', 'AbortError')
      for (const reject of waiting) reject(closed)
      flight?.[0].abort()
      leave()
    },
  }

  supplies.set(source, [acquire, judge, refusals.until, learnTime, publish, waiting, timer, random])
  if (first !== undefined) source.set(first)
  return source
}
