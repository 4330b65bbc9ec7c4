import { describe, expect, it } from 'vitest'
import { listen } from './fixtures/events.ts'
import { bench, hash, keys, refused, tenant, unavailable } from './fixtures/lookup-bench.ts'

describe('a record', () => {
  it('is found, prepared, at once or later', async () => {
    const b = bench()
    expect((await b.lookup.byId('acme'))?.id).toBe('acme')
    b.answer = (id) => Promise.resolve(tenant(id))
    expect((await b.lookup.byId('globex'))?.keys).toHaveLength(1)
  })

  it.each([[null], [undefined]])('is unknown where the directory says %j', async (answer) => {
    const b = bench()
    b.answer = () => answer
    expect(await b.lookup.byId('acme')).toBeUndefined()
    b.answer = () => Promise.resolve(answer)
    expect(await b.lookup.byId('globex')).toBeUndefined()
    expect(b.calls).toBe(2)
  })

  it('of another tenant counts as none, and is reported', async () => {
    const events = listen('countersign:tenant')
    const b = bench()
    b.answer = () => tenant('Acme')
    expect(await b.lookup.byId('acme')).toBeUndefined()
    expect(events).toEqual([{ tenant: '"Acme"', reason: 'the directory gave it for another' }])
    b.answer = () => tenant('acme')
    b.at += 5
    expect((await b.lookup.byId('acme'))?.id).toBe('acme')
  })

  it('that is broken is 503 for that tenant alone, with an event that names the reason', async () => {
    const events = listen('countersign:tenant')
    const b = bench(false)
    b.answer = (id) => (id === 'acme' ? tenant(id, { keys: [] }) : tenant(id))
    expect(await refused(() => b.lookup.byId('acme'))).toEqual(unavailable)
    expect((await b.lookup.byId('globex'))?.id).toBe('globex')
    b.answer = () => 'acme'
    expect(await refused(() => b.lookup.byId('acme'))).toEqual(unavailable)
    b.answer = () => ({ id: () => 'acme' })
    expect(await refused(() => b.lookup.byId('acme'))).toEqual(unavailable)
    expect(events).toEqual([
      { tenant: '"acme"', reason: 'keys is not a list of 1 to 8 keys' },
      { tenant: 'unknown', reason: 'the record is not an object' },
      { tenant: 'unknown', reason: 'the record holds something that is not data' },
    ])
  })

  it('that does not fit the profile is 503, with the reason in an event', async () => {
    const events = listen('countersign:tenant')
    const b = bench(false, {
      fits: () => {
        throw new Error('no key is for it')
      },
    })
    expect(await refused(() => b.lookup.byId('acme'))).toEqual(unavailable)
    expect(events).toEqual([{ tenant: '"acme"', reason: 'no key is for it' }])
  })

  it('is read without running what it holds', async () => {
    const b = bench()
    let id = 'acme'
    b.answer = () => ({
      get id() {
        return id
      },
      keys,
    })
    const found = await b.lookup.byId('acme')
    id = 'globex'
    expect(found?.id).toBe('acme')
  })

  it('is asked for with a signal', async () => {
    const b = bench()
    const signals: AbortSignal[] = []
    b.answer = (id, { signal }) => {
      signals.push(signal)
      return tenant(id)
    }
    await b.lookup.byId('acme')
    await b.lookup.byApiKeyHash(hash)
    expect(signals.map((signal) => signal.aborted)).toEqual([false, false])
  })
})

describe('an API key', () => {
  it('finds a tenant that lists it, or one that lists none', async () => {
    const b = bench(false)
    b.answer = () => tenant('acme', { apiKeyHashes: [hash] })
    expect((await b.lookup.byApiKeyHash(hash))?.id).toBe('acme')
    b.answer = () => tenant('acme')
    expect((await b.lookup.byApiKeyHash(hash))?.id).toBe('acme')
  })

  it('finds no tenant that lists others, and the event does not name the hash', async () => {
    const events = listen('countersign:tenant')
    const b = bench(false)
    b.answer = () => tenant('acme', { apiKeyHashes: [hash.replace('1', '2')] })
    expect(await b.lookup.byApiKeyHash(hash)).toBeUndefined()
    b.answer = () => tenant('acme', { apiKeyHashes: [] })
    expect(await b.lookup.byApiKeyHash(hash)).toBeUndefined()
    const reason = 'the directory gave it for another'
    expect(events).toEqual([
      { tenant: '"acme"', reason },
      { tenant: '"acme"', reason },
    ])
  })

  it('is no id: the two are kept apart', async () => {
    const b = bench()
    await b.lookup.byId('acme')
    b.answer = () => null
    expect(await b.lookup.byApiKeyHash('acme')).toBeUndefined()
    expect(b.calls).toBe(2)
  })

  it('is unknown to a directory without findByApiKeyHash', async () => {
    const b = bench({}, { directory: { find: () => tenant('acme') } })
    expect(await b.lookup.byApiKeyHash(hash)).toBeUndefined()
  })
})
