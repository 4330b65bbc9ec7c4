import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { anonymousIdentity } from '../src/identity.ts'
import { AuthError, closeCode, expirySignal, type VerifiedIdentity } from '../src/index.ts'

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
