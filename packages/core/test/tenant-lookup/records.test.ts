import { describe, expect, it } from 'vitest'
import type { Tenant } from '../../src/tenant.ts'
import { unhandledIn } from '../fixtures/unhandled.ts'
import {
  bench,
  down,
  hash,
  refused,
  resolvers,
  settle,
  tenant,
  unavailable,
  verdict,
} from '../fixtures/lookup-bench.ts'

describe('ttl', () => {
  it('holds a record for so long, exclusive, and then waits for another', async () => {
    const b = bench({ ttl: 60 })
    const first = await b.lookup.byId('acme')
    const second = resolvers<Tenant>()
    b.answer = () => second.promise
    b.at += 59.999
    expect(b.lookup.byId('acme')).toBe(first)
    b.at += 0.001
    const waiting = b.lookup.byId('acme')
    expect(waiting).toBeInstanceOf(Promise)
    second.resolve(tenant('acme', { maxLifetime: 9 }))
    expect((await waiting)?.maxLifetime).toBe(9)
  })

  it('counts from the question: an answer that was long on its way is as old as that', async () => {
    const b = bench({ ttl: 60 })
    const { promise, resolve } = resolvers<Tenant>()
    b.answer = () => promise
    const waiting = b.lookup.byId('acme')
    b.at += 59
    resolve(tenant('acme'))
    await waiting
    b.answer = () => new Promise(() => undefined)
    expect(b.lookup.byId('acme')).not.toBeInstanceOf(Promise)
    b.at += 1
    expect(b.lookup.byId('acme')).toBeInstanceOf(Promise)
  })

  it.each([[-1], [-3600], [-86_400]])('is over when the clock jumps by %i s', async (by) => {
    const b = bench({ ttl: 60 })
    await b.lookup.byId('acme')
    b.at += by
    b.answer = () => null
    expect(await b.lookup.byId('acme')).toBeUndefined()
    expect(b.calls).toBe(2)
  })

  it.each([[3600], [86_400]])(
    'and maxStale are over when the clock jumps by %i s, and back',
    async (by) => {
      const b = bench({ ttl: 60, maxStale: 600 })
      await b.lookup.byId('acme')
      b.answer = down
      b.at += by
      expect(await refused(() => b.lookup.byId('acme'))).toEqual(unavailable)
      b.at -= by
      expect(await verdict(() => b.lookup.byId('acme'))).toBe('found') // young again, by this clock
      b.answer = () => null
      b.at += by + 5
      expect(await verdict(() => b.lookup.byId('acme'))).toBe('unknown')
      b.at -= by
      expect(await verdict(() => b.lookup.byId('acme'))).toBe('unknown')
    },
  )

  it('holds nothing on a clock that does not tell the time', async () => {
    const b = bench()
    b.at = NaN
    await b.lookup.byId('acme')
    await b.lookup.byId('acme')
    expect(b.calls).toBe(2)
    b.at = 1_000_000
    await b.lookup.byId('acme')
    expect(b.lookup.byId('acme')).not.toBeInstanceOf(Promise)
  })

  it('is bounded in entries', async () => {
    const b = bench({ maxEntries: 1 })
    await b.lookup.byId('a')
    await b.lookup.byId('b')
    await b.lookup.byId('a')
    expect(b.calls).toBe(3)
  })
})

describe('a refresh before the end of ttl', () => {
  it.each([
    [0, 45],
    [0.5, 49.5],
    [1, 54],
  ])('is due, where chance says %d, after %d of 60 seconds', async (dice, due) => {
    const b = bench({ ttl: 60 })
    b.dice = dice
    await b.lookup.byId('acme')
    b.at += due - 0.001
    void b.lookup.byId('acme')
    expect(b.calls).toBe(1)
    b.at += 0.001
    expect(b.lookup.byId('acme')).not.toBeInstanceOf(Promise)
    expect(b.calls).toBe(2)
  })

  it('is one call, which nobody waits for, and starts a new ttl', async () => {
    const b = bench({ ttl: 60 })
    const first = await b.lookup.byId('acme')
    const { promise, resolve } = resolvers<Tenant>()
    b.answer = () => promise
    b.at += 50
    for (let n = 0; n < 100; n++) expect(b.lookup.byId('acme')).toBe(first)
    expect(b.calls).toBe(2)
    resolve(tenant('acme', { maxLifetime: 9 }))
    await settle()
    b.at += 44.999
    const found = b.lookup.byId('acme')
    expect(found).toMatchObject({ maxLifetime: 9 })
    expect(b.calls).toBe(2)
  })

  it('is what a request waits for that comes when ttl is over', async () => {
    const b = bench({ ttl: 60 })
    await b.lookup.byId('acme')
    const { promise, resolve } = resolvers<Tenant>()
    b.answer = () => promise
    b.at += 50
    void b.lookup.byId('acme')
    b.at += 10
    const waiting = b.lookup.byId('acme')
    expect(waiting).toBeInstanceOf(Promise)
    resolve(tenant('acme', { maxLifetime: 9 }))
    expect((await waiting)?.maxLifetime).toBe(9)
    expect(b.calls).toBe(2)
  })

  it.each([
    ['gone', null],
    ["another tenant's", tenant('globex')],
  ])('ends the record at once where it is %s by now', async (_name, answer) => {
    const b = bench({ ttl: 60 })
    await b.lookup.byId('acme')
    b.answer = () => answer
    b.at += 50
    expect(await b.lookup.byId('acme')).toBeDefined()
    await settle()
    expect(b.lookup.byId('acme')).toBeUndefined()
    b.answer = down
    b.at += 5
    expect(await refused(() => b.lookup.byId('acme'))).toEqual(unavailable)
  })

  it('ends the record at once where it cannot be used any more', async () => {
    const b = bench({ ttl: 60 })
    await b.lookup.byId('acme')
    b.answer = (id) => tenant(id, { keys: [] })
    b.at += 50
    expect(await b.lookup.byId('acme')).toBeDefined()
    await settle()
    expect(await refused(() => b.lookup.byId('acme'))).toEqual(unavailable)
  })

  it('that fails disturbs nobody, and is tried again after a pause', async () => {
    const b = bench({ ttl: 60 })
    const first = await b.lookup.byId('acme')
    b.answer = () => Promise.reject(new Error('down'))
    b.at += 50
    const unhandled = await unhandledIn(async () => {
      expect(b.lookup.byId('acme')).toBe(first)
      await settle()
    })
    expect(unhandled).toEqual([])
    b.at += 0.499
    expect(b.lookup.byId('acme')).toBe(first)
    expect(b.calls).toBe(2)
    b.at += 0.001
    expect(b.lookup.byId('acme')).toBe(first)
    expect(b.calls).toBe(3)
  })

  it('of an API key goes the same way, and its tenant stays while other keys go', async () => {
    const b = bench({ ttl: 60 })
    b.answer = () => tenant('acme')
    await b.lookup.byId('acme')
    await b.lookup.byApiKeyHash(hash)
    b.at += 30
    await b.lookup.byApiKeyHash(hash.replaceAll('1', '2'))
    b.answer = () => null
    b.at += 15
    expect(b.lookup.byApiKeyHash(hash)).toBeDefined()
    await settle()
    expect(b.lookup.byApiKeyHash(hash)).toBeUndefined()
    expect(b.lookup.byApiKeyHash(hash.replaceAll('1', '2'))).not.toBeInstanceOf(Promise)
    expect(b.lookup.byId('acme')).toMatchObject({ id: 'acme' })
  })

  it('that says that a tenant is gone ends its API keys as well', async () => {
    const b = bench({ ttl: 60 })
    b.answer = () => tenant('acme')
    await b.lookup.byId('acme')
    b.at += 40
    await b.lookup.byApiKeyHash(hash)
    const late = resolvers<Tenant>()
    b.answer = (key) => (key.startsWith('sha256:') ? late.promise : null)
    const flying = b.lookup.byApiKeyHash(hash.replaceAll('1', '2'))
    b.at += 5
    void b.lookup.byId('acme')
    await settle()
    late.resolve(tenant('acme'))
    await flying
    b.answer = down
    for (const key of [hash, hash.replaceAll('1', '2')])
      expect(await refused(() => b.lookup.byApiKeyHash(key))).toEqual(unavailable)
  })
})

describe('"unknown"', () => {
  it('is held for five seconds, exclusive, and then a tenant that was made is seen', async () => {
    const b = bench()
    b.answer = () => null
    expect(await b.lookup.byId('acme')).toBeUndefined()
    b.answer = (id) => tenant(id)
    b.at += 4.999
    expect(b.lookup.byId('acme')).toBeUndefined()
    expect(b.calls).toBe(1)
    b.at += 0.001
    expect((await b.lookup.byId('acme'))?.id).toBe('acme')
  })

  it('is not held for longer than ttl, nor by a time that is still to come', async () => {
    const b = bench({ ttl: 1 })
    b.answer = () => null
    await b.lookup.byId('acme')
    b.at += 1
    await b.lookup.byId('acme')
    b.at -= 10
    await b.lookup.byId('acme')
    expect(b.calls).toBe(3)
  })

  it('is over once a tenant was found, also when that is not held any more', async () => {
    const b = bench({ maxEntries: 1 })
    b.answer = () => null
    await b.lookup.byId('acme')
    b.answer = (id) => tenant(id)
    b.at += 5
    await b.lookup.byId('acme')
    await b.lookup.byId('globex')
    b.at -= 1
    expect((await b.lookup.byId('acme'))?.id).toBe('acme')
  })

  it('is held apart for ids and API keys', async () => {
    const b = bench()
    b.answer = () => null
    await b.lookup.byId(hash)
    b.answer = () => tenant('acme')
    expect((await b.lookup.byApiKeyHash(hash))?.id).toBe('acme')
  })

  it('forgets what is gone: an outage brings nothing back', async () => {
    const b = bench({ ttl: 60, maxStale: 600 })
    await b.lookup.byId('acme')
    b.at += 60
    b.answer = () => null
    expect(await b.lookup.byId('acme')).toBeUndefined()
    b.answer = down
    expect(b.lookup.byId('acme')).toBeUndefined()
    b.at += 5
    expect(await refused(() => b.lookup.byId('acme'))).toEqual(unavailable)
  })
})

describe('a single flight', () => {
  it('answers all who ask for one tenant meanwhile', async () => {
    const b = bench()
    const { promise, resolve } = resolvers<Tenant>()
    b.answer = () => promise
    const asked = [b.lookup.byId('acme'), b.lookup.byId('acme'), b.lookup.byId('acme')]
    expect(b.calls).toBe(1)
    resolve(tenant('acme'))
    const found = await Promise.all(asked.map(async (one) => one))
    expect(new Set(found).size).toBe(1)
    expect(b.calls).toBe(1)
  })

  it('is over when it failed', async () => {
    const b = bench()
    b.answer = () => Promise.reject(new Error('down'))
    const asked = [b.lookup.byId('acme'), b.lookup.byId('acme')]
    for (const one of asked) expect(await refused(() => one)).toEqual(unavailable)
    expect(b.calls).toBe(1)
    b.at += 1
    await refused(() => b.lookup.byId('acme'))
    expect(b.calls).toBe(2)
  })

  it('is joined by a directory that looks the same tenant up while it is asked', async () => {
    const b = bench()
    const inner: unknown[] = []
    b.answer = (id) => {
      inner.push(b.lookup.byId(id))
      return tenant(id)
    }
    const found = await b.lookup.byId('acme')
    expect(found?.id).toBe('acme')
    expect(await inner[0]).toBe(found)
    expect(b.calls).toBe(1)
  })

  it('answers although the directory invalidates the tenant while it is asked', async () => {
    for (const cache of [{}, false] as const) {
      const b = bench(cache)
      b.answer = (id) => {
        b.lookup.invalidate('acme')
        return tenant(id)
      }
      expect((await b.lookup.byId('acme'))?.id).toBe('acme')
      expect((await b.lookup.byId('acme'))?.id).toBe('acme')
      expect(b.calls).toBe(2)
    }
  })

  it('is of one tenant only', async () => {
    const b = bench()
    await Promise.all([b.lookup.byId('a'), b.lookup.byId('b')])
    expect(b.calls).toBe(2)
  })
})
