import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { anonymousIdentity } from '../src/identity.ts'
import {
  AuthError,
  closeCode,
  createAuthenticator,
  expirySignal,
  identitySignal,
  supportWidget,
  type Outcome,
  type VerifiedIdentity,
} from '../src/index.ts'
import { acme } from './fixtures/gates.ts'
import { widgetToken } from './fixtures/tokens.ts'
import { unhandledIn } from './fixtures/unhandled.ts'

const START = Date.parse('2026-01-01T00:00:00Z')
const DAY = 86_400_000

const expiringIn = (ms: number): VerifiedIdentity =>
  ({
    ...anonymousIdentity('acme', undefined),
    kind: 'verified',
    expiresAt: (START + ms) / 1000,
  }) as never

beforeEach(() => {
  vi.useFakeTimers({ now: START })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('expirySignal', () => {
  it('aborts at exp, not before, and says why', () => {
    const signal = expirySignal(expiringIn(90_000))
    vi.advanceTimersByTime(89_999)
    expect(signal.aborted).toBe(false)
    vi.advanceTimersByTime(1)
    expect(signal.aborted).toBe(true)
    expect(signal.reason).toBeInstanceOf(AuthError)
    expect(signal.reason).toMatchObject({ code: 'token_expired', action: 'refresh' })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is aborted from the start where exp is past', () => {
    for (const ms of [0, -1, -DAY]) expect(expirySignal(expiringIn(ms)).aborted).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('waits longer than a timer can (2^31 ms)', () => {
    const signal = expirySignal(expiringIn(30 * DAY))
    vi.advanceTimersByTime(30 * DAY - 1)
    expect(signal.aborted).toBe(false)
    vi.advanceTimersByTime(1)
    expect(signal.aborted).toBe(true)
  })

  it('notices within a minute that the clock went forward', () => {
    const signal = expirySignal(expiringIn(DAY))
    vi.setSystemTime(START + DAY)
    expect(signal.aborted).toBe(false)
    vi.advanceTimersByTime(60_000)
    expect(signal.aborted).toBe(true)
  })

  it('waits on where the clock went back', () => {
    const signal = expirySignal(expiringIn(60_000))
    vi.setSystemTime(START - DAY)
    vi.advanceTimersByTime(60_000)
    expect(signal.aborted).toBe(false)
    vi.advanceTimersByTime(DAY)
    expect(signal.aborted).toBe(true)
  })

  it('ends the connection where the clock does not tell the time', () => {
    expect(expirySignal(expiringIn(DAY), { now: () => NaN }).aborted).toBe(true)
  })

  it('holds no timer for a connection that has ended', () => {
    const connection = new AbortController()
    const signal = expirySignal(expiringIn(DAY), { until: connection.signal })
    expect(vi.getTimerCount()).toBe(1)
    connection.abort()
    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(2 * DAY)
    expect(signal.aborted).toBe(false)
    expirySignal(expiringIn(DAY), { until: connection.signal })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('does not keep the process alive', () => {
    const unref = vi.spyOn(globalThis, 'setTimeout')
    expirySignal(expiringIn(DAY))
    const timer = unref.mock.results[0]?.value as NodeJS.Timeout
    expect(timer.hasRef()).toBe(false)
  })

  it('never aborts for an anonymous identity', () => {
    const signal = expirySignal(anonymousIdentity('acme', undefined))
    vi.advanceTimersByTime(DAY)
    expect(signal.aborted).toBe(false)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('refuses wrong options', () => {
    const wrong = (options: object) => () => expirySignal(expiringIn(DAY), options)
    expect(wrong({ untill: new AbortController().signal })).toThrow(TypeError)
    expect(wrong({ until: {} })).toThrow(
      new TypeError('expirySignal: option "until" must be an AbortSignal'),
    )
    expect(wrong({ now: 1 })).toThrow(
      new TypeError('expirySignal: option "now" must be a function'),
    )
    expect(wrong({ timer: 1 })).toThrow(
      new TypeError('expirySignal: option "timer" must be a function'),
    )
  })

  it('waits by the timer that it is given', () => {
    const waits: number[] = []
    const timers: (() => void)[] = []
    let now = START
    const timer = (callback: () => void, ms: number) => {
      waits.push(ms)
      timers.push(callback)
      return () => undefined
    }
    const signal = expirySignal(expiringIn(90_000), { now: () => now, timer })
    now += 60_000
    timers[0]?.()
    now += 30_000
    timers[1]?.()
    expect({ waits, aborted: signal.aborted, timers: vi.getTimerCount() }).toEqual({
      waits: [60_000, 30_000],
      aborted: true,
      timers: 0,
    })
  })
})

describe('identitySignal', () => {
  const passed = (identity: VerifiedIdentity): Outcome => ({ ok: true, identity })
  const refusedAs = (code: 'token_revoked' | 'keys_unavailable' | 'token_rejected'): Outcome => ({
    ok: false,
    error: new AuthError(code),
  })
  const watched = (
    recheck: (identity: never) => Outcome | Promise<Outcome>,
    options: { until?: AbortSignal; every?: number } = {},
    identity = expiringIn(DAY),
  ) => ({ signal: identitySignal({ recheck }, identity, options), identity })

  it('aborts at exp, and leaves no timer', () => {
    const { signal } = watched(passed, {}, expiringIn(20_000))
    vi.advanceTimersByTime(19_999)
    expect(signal.aborted).toBe(false)
    vi.advanceTimersByTime(1)
    expect(signal.reason).toMatchObject({ code: 'token_expired' })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is aborted from the start where exp is past, and asks nothing', () => {
    const { signal } = watched(() => expect.unreachable(), {}, expiringIn(0))
    expect(signal.aborted).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('aborts with what recheck says, at the first question after', async () => {
    let outcome: Outcome | undefined
    const { signal } = watched((identity) => outcome ?? passed(identity))
    await vi.advanceTimersByTimeAsync(45_000)
    outcome = refusedAs('token_revoked')
    await vi.advanceTimersByTimeAsync(14_999)
    expect(signal.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(signal.reason).toBeInstanceOf(AuthError)
    expect(signal.reason).toMatchObject({ code: 'token_revoked', action: 'refresh' })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('asks with the identity, as often as it is told', async () => {
    const recheck = vi.fn(passed)
    const { identity } = watched(recheck, { every: 1000 })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(recheck.mock.calls).toEqual(Array.from({ length: 10 }, () => [identity]))
  })

  it('outlasts an outage, and hears of what happened in it', async () => {
    let outcome = refusedAs('keys_unavailable')
    const { signal } = watched(() => outcome)
    await vi.advanceTimersByTimeAsync(300_000)
    expect(signal.aborted).toBe(false)
    outcome = refusedAs('token_rejected')
    await vi.advanceTimersByTimeAsync(30_000)
    expect(signal.reason).toMatchObject({ code: 'token_rejected' })
  })

  it('does not outlast exp in an outage', async () => {
    const { signal } = watched(() => refusedAs('keys_unavailable'), {}, expiringIn(300_000))
    await vi.advanceTimersByTimeAsync(300_000)
    expect(signal.reason).toMatchObject({ code: 'token_expired' })
  })

  it('asks one question at a time', async () => {
    let answer: ((outcome: Outcome) => void) | undefined
    const recheck = vi.fn(() => new Promise<Outcome>((resolve) => (answer = resolve)))
    const { identity } = watched(recheck)
    await vi.advanceTimersByTimeAsync(300_000)
    expect(recheck).toHaveBeenCalledTimes(1)
    answer?.(passed(identity))
    await vi.advanceTimersByTimeAsync(30_000)
    expect(recheck).toHaveBeenCalledTimes(2)
  })

  it('ends the connection where a recheck throws, rejects, or gives no outcome', async () => {
    const broken: (() => never)[] = [
      () => {
        throw new Error('broken')
      },
      () => Promise.reject(new Error('broken')) as never,
      () => undefined as never,
    ]
    const unhandled = await unhandledIn(async () => {
      for (const recheck of broken) {
        const { signal } = watched(recheck)
        await vi.advanceTimersByTimeAsync(30_000)
        expect(signal.reason).toMatchObject({ code: 'keys_unavailable' })
      }
    })
    expect(unhandled).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('holds no timer, and hears no late answer, once the connection has ended', async () => {
    const connection = new AbortController()
    let answer: ((outcome: Outcome) => void) | undefined
    const pending = watched(() => new Promise((resolve) => (answer = resolve)), {
      until: connection.signal,
    })
    const waiting = watched(passed, { until: connection.signal, every: 60_000 })
    await vi.advanceTimersByTimeAsync(30_000)
    connection.abort()
    expect(vi.getTimerCount()).toBe(0)
    answer?.(refusedAs('token_revoked'))
    await vi.advanceTimersByTimeAsync(2 * DAY)
    expect([pending.signal.aborted, waiting.signal.aborted]).toEqual([false, false])
    watched(() => expect.unreachable(), { until: connection.signal })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('drops an answer that comes after exp', async () => {
    let answer: ((outcome: Outcome) => void) | undefined
    const recheck = (): Promise<Outcome> => new Promise((resolve) => (answer = resolve))
    const { signal } = watched(recheck, {}, expiringIn(40_000))
    await vi.advanceTimersByTimeAsync(40_000)
    answer?.(refusedAs('token_revoked'))
    await vi.advanceTimersByTimeAsync(0)
    expect(signal.reason).toMatchObject({ code: 'token_expired' })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('does not keep the process alive', () => {
    const set = vi.spyOn(globalThis, 'setTimeout')
    watched(passed)
    expect(set.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef())).toEqual([
      false,
      false,
    ])
  })

  it('watches anonymous identities for what recheck says', async () => {
    const recheck = vi.fn(() => refusedAs('token_rejected'))
    const signal = identitySignal({ recheck }, anonymousIdentity('acme', undefined))
    await vi.advanceTimersByTimeAsync(30_000)
    expect(signal.reason).toMatchObject({ code: 'token_rejected' })
  })

  it('hears that a key was taken out of the tenant', async () => {
    const tenants = [acme]
    const authenticator = createAuthenticator({
      profile: supportWidget(),
      tenants: { find: () => tenants[0] },
      directoryCache: false,
    })
    const identity = await authenticator.verify(
      widgetToken({ iat: START / 1000, exp: START / 1000 + 3600 }),
    )
    const signal = identitySignal(authenticator, identity)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(signal.aborted).toBe(false)
    tenants.pop()
    await vi.advanceTimersByTimeAsync(30_000)
    expect(signal.reason).toMatchObject({ code: 'token_rejected', action: 'refresh' })
  })

  it('refuses wrong options', () => {
    const wrong = (options: object) => () => watched(passed, options)
    expect(wrong({ evry: 1000 })).toThrow(/^identitySignal: unknown option "evry"/)
    for (const every of [0, 999, 3_600_001, NaN, '30000', null])
      expect(wrong({ every })).toThrow(
        new TypeError(
          'identitySignal: option "every" (milliseconds) must be a number from 1000 to 3600000',
        ),
      )
    expect(wrong({ until: {} })).toThrow('identitySignal: option "until" must be an AbortSignal')
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('closeCode', () => {
  it('says what the client does next', () => {
    expect(closeCode(new AuthError('token_expired'))).toBe(4401)
    expect(closeCode(new AuthError('claims_invalid'))).toBe(4403)
    expect(closeCode(new AuthError('tenant_mismatch'))).toBe(4403)
    expect(closeCode(new AuthError('keys_unavailable'))).toBe(1013)
    expect(closeCode(new AuthError('token_not_active'))).toBe(1013)
  })
})
