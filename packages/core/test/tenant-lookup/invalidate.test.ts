import { describe, expect, it } from 'vitest'
import type { Tenant } from '../../src/tenant.ts'
import { OTHER_SECRET } from '../fixtures/keys.ts'
import {
  bench,
  down,
  hash,
  refused,
  resolvers,
  settle,
  tenant,
  unavailable,
} from '../fixtures/lookup-bench.ts'

describe('invalidate', () => {
  it('by the directory itself, while it is asked in the background, lets the request wait for the answer', async () => {
    const b = bench({ ttl: 60 })
    await b.lookup.byId('acme')
    b.answer = (id) => {
      b.lookup.invalidate(id)
      return tenant(id, { maxLifetime: 9 })
    }
    b.at += 50
    expect((await b.lookup.byId('acme'))?.maxLifetime).toBe(9)
  })

  it('forgets a tenant, by id and by API key, and no other', async () => {
    const b = bench()
    b.answer = (asked) => tenant(asked === 'globex' ? 'globex' : 'acme')
    await b.lookup.byId('acme')
    await b.lookup.byApiKeyHash(hash)
    await b.lookup.byId('globex')
    expect(b.calls).toBe(3)
    b.lookup.invalidate('acme')
    expect(b.lookup.byId('globex')).not.toBeInstanceOf(Promise)
    await b.lookup.byId('acme')
    await b.lookup.byApiKeyHash(hash)
    expect(b.calls).toBe(5)
  })

  it('ends what an outage would have served', async () => {
    const b = bench()
    await b.lookup.byId('acme')
    b.answer = down
    b.lookup.invalidate('acme')
    expect(await refused(() => b.lookup.byId('acme'))).toEqual(unavailable)
  })

  it('lets no answer be held that was asked for before', async () => {
    const b = bench()
    const { promise, resolve } = resolvers<Tenant>()
    b.answer = () => promise
    const before = b.lookup.byId('acme')
    b.lookup.invalidate('acme')
    b.answer = (id) => tenant(id, { maxLifetime: 9 })
    const after = await b.lookup.byId('acme')
    expect(after?.maxLifetime).toBe(9)
    resolve(tenant('acme'))
    await before
    expect(await b.lookup.byId('acme')).toBe(after)
    expect(b.calls).toBe(2)
  })

  it('lets no stale record out of a flight that fails afterwards', async () => {
    const b = bench({ ttl: 60, maxStale: 600 })
    await b.lookup.byId('acme')
    b.at += 60
    const { promise, reject } = resolvers<Tenant>()
    b.answer = () => promise
    const flying = b.lookup.byId('acme')
    b.lookup.invalidate('acme')
    reject(new Error('down'))
    expect(await refused(() => flying)).toEqual(unavailable)
  })

  it('leaves a later flight alone when an earlier one lands', async () => {
    const b = bench()
    const [first, second] = [resolvers<Tenant>(), resolvers<Tenant>()]
    b.answer = () => first.promise
    const before = b.lookup.byId('acme')
    b.lookup.invalidate('acme')
    b.answer = () => second.promise
    const after = b.lookup.byId('acme')
    first.resolve(tenant('acme'))
    await before
    const joined = b.lookup.byId('acme')
    expect(b.calls).toBe(2)
    second.resolve(tenant('acme'))
    expect(await joined).toBe(await after)
  })

  it('of one tenant does not take the stale record of another away', async () => {
    const b = bench({ ttl: 60, maxStale: 600 })
    const known = await b.lookup.byId('acme')
    b.at += 60
    const { promise, reject } = resolvers<Tenant>()
    b.answer = () => promise
    const flying = b.lookup.byId('acme')
    b.lookup.invalidate('globex')
    reject(new Error('down'))
    expect(await flying).toBe(known)
  })

  it('ends "unknown", for ids and for API keys', async () => {
    const b = bench()
    b.answer = () => null
    await b.lookup.byId('acme')
    await b.lookup.byId('globex')
    await b.lookup.byApiKeyHash(hash)
    b.answer = () => tenant('acme')
    b.lookup.invalidate('acme')
    expect((await b.lookup.byId('acme'))?.id).toBe('acme')
    expect((await b.lookup.byApiKeyHash(hash))?.id).toBe('acme')
    expect(b.lookup.byId('globex')).toBeUndefined()
  })

  it('ends the pause after a failure, of a tenant that is held and of one that is not', async () => {
    const b = bench()
    await b.lookup.byId('acme')
    b.answer = down
    b.at += 60
    await b.lookup.byId('acme')
    for (const look of [() => b.lookup.byId('globex'), () => b.lookup.byApiKeyHash(hash)])
      expect(await refused(look)).toEqual(unavailable)
    b.lookup.invalidate('acme')
    b.lookup.invalidate('globex')
    b.answer = (id) => tenant(id === hash ? 'acme' : id)
    expect((await b.lookup.byId('acme'))?.id).toBe('acme')
    expect((await b.lookup.byId('globex'))?.id).toBe('globex')
    expect((await b.lookup.byApiKeyHash(hash))?.id).toBe('acme')
  })

  it('of one tenant lets no "no" be lost that is on its way for the API key of another', async () => {
    for (const answer of [null, tenant('globex', { keys: [] })]) {
      const b = bench({ ttl: 60, maxStale: 600 })
      b.answer = () => tenant('globex')
      await b.lookup.byApiKeyHash(hash)
      const late = resolvers<unknown>()
      b.answer = () => late.promise
      b.at += 50
      await b.lookup.byApiKeyHash(hash) // begins a refresh
      b.lookup.invalidate('acme')
      late.resolve(answer)
      await settle()
      b.answer = down
      b.at += 50
      expect(await refused(() => b.lookup.byApiKeyHash(hash))).toEqual(unavailable)
    }
  })

  it('ends the pause after a broken record behind an API key', async () => {
    const b = bench()
    b.answer = () => tenant('acme', { keys: [] })
    expect(await refused(() => b.lookup.byApiKeyHash(hash))).toEqual(unavailable)
    b.lookup.invalidate('acme')
    b.answer = () => tenant('acme')
    expect((await b.lookup.byApiKeyHash(hash))?.id).toBe('acme')
  })

  it.each([
    ['a record', tenant('acme')],
    ['"unknown"', null],
    ['a broken record', tenant('acme', { keys: [] })],
    ['garbage', 'garbage'],
  ])('lets no refresh be held that began before: %s', async (_name, answer) => {
    const b = bench({ ttl: 60 })
    b.answer = (key) => tenant(key === hash ? 'acme' : key)
    for (const look of [() => b.lookup.byId('acme'), () => b.lookup.byApiKeyHash(hash)]) {
      await look()
      const late = resolvers<unknown>()
      b.answer = () => late.promise
      b.at += 50
      await look() // begins a refresh
      b.lookup.invalidate('acme')
      b.answer = () => tenant('acme', { maxLifetime: 9 })
      expect((await look())?.maxLifetime).toBe(9)
      late.resolve(answer)
      await settle()
      expect(look()).toMatchObject({ maxLifetime: 9 })
      b.answer = (key) => tenant(key === hash ? 'acme' : key)
    }
  })

  it('lets no record be taken for equal that was asked for before, whatever revision it claims', async () => {
    const b = bench()
    const late = resolvers<Tenant>()
    b.answer = () => late.promise
    const flying = [b.lookup.byId('acme'), b.lookup.byApiKeyHash(hash)]
    b.lookup.invalidate('acme')
    late.resolve(tenant('acme', { revision: '1' }))
    for (const found of flying) expect((await found)?.id).toBe('acme')
    const next = { revision: '1', keys: [{ alg: 'HS256' as const, secret: OTHER_SECRET }] }
    b.answer = () => tenant('acme', next)
    const old = await flying[0]
    const found = [await b.lookup.byId('acme'), await b.lookup.byApiKeyHash(hash)]
    expect(found[0]).toBe(found[1])
    expect(found[0]?.keys[0]?.fingerprint).not.toBe(old?.keys[0]?.fingerprint)
  })

  it('of tenants that are not held does not drive out those that are', async () => {
    const b = bench({ maxEntries: 10 })
    await b.lookup.byId('acme')
    for (let n = 0; n < 100; n++) b.lookup.invalidate(`other-${n}`)
    expect(b.lookup.byId('acme')).not.toBeInstanceOf(Promise)
  })

  it('ends all records that API keys led to, among many of others', async () => {
    const b = bench({ maxEntries: 1000 })
    const hashOf = (n: number): string => `sha256:${String(n).padStart(64, '0')}`
    b.answer = (key) => tenant(Number(key.slice(-3)) % 2 === 0 ? 'acme' : 'globex')
    for (let n = 0; n < 100; n++) await b.lookup.byApiKeyHash(hashOf(n))
    b.lookup.invalidate('acme')
    for (let n = 0; n < 100; n++)
      expect(b.lookup.byApiKeyHash(hashOf(n)) instanceof Promise).toBe(n % 2 === 0)
  })
})
