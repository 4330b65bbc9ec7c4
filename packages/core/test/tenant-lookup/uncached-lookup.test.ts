import { describe, expect, it } from 'vitest'
import type { Tenant } from '../../src/tenant.ts'
import { listen } from '../fixtures/events.ts'
import {
  because,
  bench,
  down,
  hash,
  refused,
  resolvers,
  tenant,
  unavailable,
} from '../fixtures/lookup-bench.ts'

describe('a directory whose records are not held', () => {
  it('is asked every time, also for what is unknown and while it fails', async () => {
    const events = listen('countersign:tenant')
    const b = bench(false)
    await b.lookup.byId('acme')
    await b.lookup.byId('acme')
    expect(b.calls).toBe(2)
    b.answer = down
    expect(await refused(() => b.lookup.byId('acme'))).toEqual(unavailable)
    b.answer = () => null
    expect(await b.lookup.byId('acme')).toBeUndefined()
    b.answer = (id) => tenant(id)
    expect((await b.lookup.byId('acme'))?.id).toBe('acme')
    expect(b.calls).toBe(5)
    expect(events).toEqual([{ tenant: 'unknown', reason: 'the directory failed or timed out' }])
  })

  it('is asked once by all who ask at once', async () => {
    const b = bench(false)
    await Promise.all([b.lookup.byId('acme'), b.lookup.byId('acme')])
    await Promise.all([b.lookup.byApiKeyHash(hash), b.lookup.byApiKeyHash(hash)])
    expect(b.calls).toBe(2)
  })

  it('is asked by whoever comes after an invalidation', async () => {
    const b = bench(false)
    const early = resolvers<Tenant>()
    b.answer = () => early.promise
    const before = [b.lookup.byId('acme'), b.lookup.byApiKeyHash(hash)]
    b.lookup.invalidate('acme')
    b.answer = () => null
    expect(await b.lookup.byId('acme')).toBeUndefined()
    expect(await b.lookup.byApiKeyHash(hash)).toBeUndefined()
    early.resolve(tenant('acme'))
    for (const found of before) expect((await found)?.id).toBe('acme')
  })

  it('is asked a thousand times at once and no more', async () => {
    const b = bench(false)
    const late = resolvers<null>()
    b.answer = () => late.promise
    const asked = Array.from({ length: 1000 }, async (_, n) => b.lookup.byId(`t${n}`))
    expect(await refused(() => b.lookup.byId('acme'))).toEqual(because('too many look-ups at once'))
    late.resolve(null)
    await Promise.all(asked)
    expect(await b.lookup.byId('acme')).toBeUndefined()
  })
})
