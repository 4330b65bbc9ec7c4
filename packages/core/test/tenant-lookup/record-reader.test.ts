import { describe, expect, it } from 'vitest'
import { memoryDirectory } from '../../src/directory/memory.ts'
import type { Tenant } from '../../src/tenant.ts'
import { OTHER_SECRET } from '../fixtures/keys.ts'
import { bench, hash, refused, tenant, unavailable } from '../fixtures/lookup-bench.ts'

describe('a tenant whose record is equal', () => {
  it('is the same tenant, with the same keys, where the cache is switched off', async () => {
    let asked = 0
    const b = bench(false, { fits: () => void (asked += 1) })
    b.answer = async (id) => Promise.resolve(structuredClone(tenant(id)))
    const first = await b.lookup.byId('acme')
    const second = await b.lookup.byId('acme')
    expect(b.calls).toBe(2)
    expect(second).toBe(first)
    expect(second?.keys[0]?.material).toBe(first?.keys[0]?.material)
    expect(asked).toBe(1)
  })

  it.each([[false], [{}]] as const)('is one for all of its API keys, cache %j', async (cache) => {
    const b = bench(cache)
    const hashes = [hash, hash.replaceAll('1', '2')]
    b.answer = async () => Promise.resolve(tenant('acme', { apiKeyHashes: hashes }))
    const found = [
      await b.lookup.byApiKeyHash(hash),
      await b.lookup.byApiKeyHash(hashes[1] as string),
      await b.lookup.byId('acme'),
    ]
    expect(found[0]?.id).toBe('acme')
    expect(new Set(found).size).toBe(1)
    expect(b.calls).toBe(3)
  })

  it('is asked anew whether it fits when it did not', async () => {
    let fits = false
    const b = bench(false, {
      fits: () => {
        if (!fits) throw new Error('it does not')
      },
    })
    expect(await refused(() => b.lookup.byId('acme'))).toEqual(unavailable)
    expect(await refused(() => b.lookup.byId('acme'))).toEqual(unavailable)
    fits = true
    expect((await b.lookup.byId('acme'))?.id).toBe('acme')
  })

  it.each([[false], [{ ttl: 60 }]] as const)(
    'by its own revision counts as equal until it is invalidated, cache %j',
    async (cache) => {
      const b = bench(cache)
      b.answer = (id) => tenant(id, { revision: '1' })
      const first = await b.lookup.byId('acme')
      b.answer = (id) =>
        tenant(id, { revision: '1', keys: [{ alg: 'HS256', secret: OTHER_SECRET }] })
      b.at += 60
      expect(await b.lookup.byId('acme')).toBe(first)
      b.lookup.invalidate('globex')
      b.at += 60
      expect(await b.lookup.byId('acme')).toBe(first)
      b.lookup.invalidate('acme')
      const other = await b.lookup.byId('acme')
      expect(other?.keys[0]?.fingerprint).not.toBe(first?.keys[0]?.fingerprint)
    },
  )

  it('gives the same tenant again for the same revision, and another for another', async () => {
    const b = bench({ ttl: 60 })
    const first = await b.lookup.byId('acme')
    b.at += 60
    expect(await b.lookup.byId('acme')).toBe(first)
    b.at += 60
    b.answer = (id) => tenant(id, { maxLifetime: 60 })
    const other = await b.lookup.byId('acme')
    expect(other).not.toBe(first)
    expect(other?.maxLifetime).toBe(60)
  })

  it('does not take one tenant for another of the same revision', async () => {
    const b = bench({ ttl: 60 })
    b.answer = () => tenant('acme', { revision: '1' })
    expect((await b.lookup.byApiKeyHash(hash))?.id).toBe('acme')
    b.at += 60
    b.answer = () => tenant('globex', { revision: '1' })
    expect((await b.lookup.byApiKeyHash(hash))?.id).toBe('globex')
  })

  it('is not remembered where the directory gave it for another', async () => {
    const b = bench()
    b.answer = () =>
      tenant('globex', { revision: '1', keys: [{ alg: 'HS256', secret: OTHER_SECRET }] })
    expect(await b.lookup.byId('acme')).toBeUndefined()
    const wrong = await bench().lookup.byId('globex')
    b.answer = (id) => tenant(id, { revision: '1' })
    const right = await b.lookup.byId('globex')
    expect(right?.keys[0]?.fingerprint).toBe(wrong?.keys[0]?.fingerprint)
  })

  it('is made anew after a record that could not be used, whatever revision it claims', async () => {
    const b = bench(false)
    b.answer = (id) => tenant(id, { revision: '1' })
    const first = await b.lookup.byId('acme')
    b.answer = (id) => tenant(id, { revision: '1', keys: [] })
    expect(await refused(() => b.lookup.byId('acme'))).toEqual(unavailable)
    b.answer = (id) => tenant(id, { revision: '1', keys: [{ alg: 'HS256', secret: OTHER_SECRET }] })
    expect((await b.lookup.byId('acme'))?.keys[0]?.fingerprint).not.toBe(
      first?.keys[0]?.fingerprint,
    )
  })

  it.each([[false], [{}]] as const)(
    'from a memory directory that is wrapped is the tenant that is there now, cache %j',
    async (cache) => {
      const memory = memoryDirectory([tenant('acme', { revision: '1' })])
      let asked = 0
      const find = (id: string): Tenant | undefined => memory.find(id)
      const b = bench(cache, { directory: { find }, fits: () => void (asked += 1) })
      const first = await b.lookup.byId('acme')
      b.at += 60
      expect(await b.lookup.byId('acme')).toBe(first)
      expect(asked).toBe(1)
      memory.set(tenant('acme', { revision: '1', keys: [{ alg: 'HS256', secret: OTHER_SECRET }] }))
      b.at += 60
      const other = await b.lookup.byId('acme')
      expect(other?.keys[0]?.fingerprint).not.toBe(first?.keys[0]?.fingerprint)
      expect(asked).toBe(2)
    },
  )
})
