import { describe, expect, it } from 'vitest'
import { reportOutcome, reportRefusal, reportTenant, startTrace } from '../src/events.ts'
import { listen } from './fixtures/events.ts'

describe('countersign:outcome', () => {
  it('costs one check when nobody listens', () => {
    expect(startTrace('authenticate')).toBeUndefined()
  })

  it('says phase, profile, tenant, verdict, the key where it passed, and how long it took', () => {
    const events = listen('countersign:outcome')
    const trace = startTrace('bind')
    expect(trace).toMatchObject({ phase: 'bind', tenantId: undefined, key: undefined })
    if (trace === undefined) return expect.unreachable()
    trace.key = 'old'
    reportOutcome(trace, 'p', undefined)
    trace.tenantId = 'acme'
    reportOutcome(trace, 'p', { code: 'token_expired', reason: 'exp is past', claim: 'exp' })
    expect(events).toEqual([
      {
        phase: 'bind',
        profile: 'p',
        tenantId: undefined,
        code: 'ok',
        reason: undefined,
        claim: undefined,
        key: 'old',
        duration: expect.any(Number) as number,
      },
      {
        phase: 'bind',
        profile: 'p',
        tenantId: 'acme',
        code: 'token_expired',
        reason: 'exp is past',
        claim: 'exp',
        key: undefined,
        duration: expect.any(Number) as number,
      },
    ])
    for (const { duration } of events) {
      expect(duration).toBeGreaterThanOrEqual(0)
      expect(duration).toBeLessThan(5000)
    }
  })
})

describe('reportRefusal', () => {
  const refusal = { code: 'identity_missing', reason: 'r', claim: undefined } as const

  it('costs one check when nobody listens', () => {
    expect(() => reportRefusal('guard', undefined, undefined, refusal)).not.toThrow()
  })

  it('tells what no phase has told', () => {
    const events = listen('countersign:outcome')
    reportRefusal('guard', undefined, undefined, refusal)
    reportRefusal('bind', 'p', 'acme', { ...refusal, code: 'body_not_parsed', claim: 'c' })
    const duration = expect.any(Number) as number
    expect(events).toStrictEqual([
      {
        phase: 'guard',
        profile: undefined,
        tenantId: undefined,
        ...refusal,
        key: undefined,
        duration,
      },
      {
        phase: 'bind',
        profile: 'p',
        tenantId: 'acme',
        code: 'body_not_parsed',
        reason: 'r',
        claim: 'c',
        key: undefined,
        duration,
      },
    ])
  })
})

describe('countersign:tenant', () => {
  it('is published to those who listen', () => {
    reportTenant({ tenant: '"a"', reason: 'nobody listens' })
    const events = listen('countersign:tenant')
    reportTenant({ tenant: '"a"', reason: 'r' })
    expect(events).toEqual([{ tenant: '"a"', reason: 'r' }])
  })
})
