import { describe, expect, it } from 'vitest'
import type { TenantDirectory } from '../src/directory/directory.ts'
import { memoryDirectory } from '../src/directory/memory.ts'
import type { PreparedTenant, Tenant } from '../src/tenant.ts'
import { createTenantLookup, type TenantLookup } from '../src/tenant-lookup.ts'
import { listen } from './fixtures/events.ts'
import { OTHER_SECRET, SECRET } from './fixtures/keys.ts'
import { partsOf, refusalOf } from './fixtures/refusals.ts'

const keys = [{ alg: 'HS256' as const, secret: SECRET }]
const tenant = (id: string, over: Partial<Tenant> = {}): Tenant => ({ id, keys, ...over })
const hash = `sha256:${'1'.repeat(64)}`
const unavailable = {
  code: 'keys_unavailable',
  reason: 'the tenant directory',
  claim: undefined,
}
const outage = { tenant: '"acme"', reason: 'the directory failed or timed out' }
// An id that the directory never answered for is a client's word, and stays out of events.
const earlyOutage = { ...outage, tenant: 'unknown' }

interface Bench {
  readonly lookup: TenantLookup
  /** The clock, in seconds. */
  at: number
  /** How often the directory was asked. */
  calls: number
  /** What it answers. */
  answer: (id: string, options: { signal: AbortSignal }) => unknown
}

function bench(
  cache: false | { maxEntries?: number; ttl?: number; maxStale?: number } = {},
  over: Partial<Parameters<typeof createTenantLookup>[0]> = {},
): Bench {
  const ask = (id: string, options: { signal: AbortSignal }): Tenant => {
    self.calls += 1
    return self.answer(id, options) as Tenant
  }
  const directory: TenantDirectory = { find: ask, findByApiKeyHash: ask }
  const self: Bench = {
    at: 1_000_000,
    calls: 0,
    answer: (id) => tenant(id),
    lookup: createTenantLookup({
      directory,
      fits: () => undefined,
      cache: cache === false ? false : { maxEntries: 10, ttl: 60, maxStale: 600, ...cache },
      timeoutMs: 1000,
      now: () => self.at * 1000,
      ...over,
    }),
  }
  return self
}

interface Resolvers<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (error: Error) => void
}

function resolvers<T>(): Resolvers<T> {
  let resolve: (value: T) => void = () => undefined
  let reject: (error: Error) => void = () => undefined
  const promise = new Promise<T>((done, fail) => {
    resolve = done
    reject = fail
  })
  return { promise, resolve, reject }
}

const down = (): never => {
  throw new Error('down')
}
const refused = async (found: unknown): Promise<unknown> =>
  (found as Promise<unknown>).then(() => expect.unreachable('it was found'), partsOf)

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
    expect(await b.lookup.byId('acme')).toBeUndefined()
    expect(b.calls).toBe(2)
  })

  it('of another tenant counts as none, and is reported', async () => {
    const events = listen('countersign:tenant')
    const b = bench()
    b.answer = () => tenant('Acme')
    expect(await b.lookup.byId('acme')).toBeUndefined()
    expect(events).toEqual([{ tenant: '"Acme"', reason: 'the directory gave it for another' }])
    b.answer = () => tenant('acme')
    expect((await b.lookup.byId('acme'))?.id).toBe('acme')
  })

  it('that is broken is 503 for that tenant alone, with an event that names the reason', async () => {
    const events = listen('countersign:tenant')
    const b = bench()
    b.answer = (id) => (id === 'acme' ? tenant(id, { keys: [] }) : tenant(id))
    expect(await refused(b.lookup.byId('acme'))).toEqual(unavailable)
    expect((await b.lookup.byId('globex'))?.id).toBe('globex')
    b.answer = () => 'acme'
    expect(await refused(b.lookup.byId('acme'))).toEqual(unavailable)
    b.answer = () => ({ id: () => 'acme' })
    expect(await refused(b.lookup.byId('acme'))).toEqual(unavailable)
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
    expect(await refused(b.lookup.byId('acme'))).toEqual(unavailable)
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
    const b = bench()
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

describe('a live directory', () => {
  it('answers at once, is asked every time, and is never held', () => {
    const directory = memoryDirectory([tenant('acme', { apiKeyHashes: [hash] })])
    const { lookup } = bench({}, { directory })
    const first = lookup.byId('acme')
    expect(first).not.toBeInstanceOf(Promise)
    expect((first as PreparedTenant).id).toBe('acme')
    expect(lookup.byId('acme')).toBe(first)
    expect(lookup.byApiKeyHash(hash)).toBe(first)
    expect(lookup.byId('globex')).toBeUndefined()
    directory.set(tenant('acme', { keys: [{ alg: 'HS256', secret: OTHER_SECRET }] }))
    expect(lookup.byId('acme')).not.toBe(first)
    directory.delete('acme')
    expect(lookup.byId('acme')).toBeUndefined()
    lookup.invalidate('acme')
  })

  it('is asked once per record whether it fits', () => {
    let asked = 0
    const directory = memoryDirectory([tenant('acme')])
    const { lookup } = bench({}, { directory, fits: () => void (asked += 1) })
    for (let i = 0; i < 3; i++) expect(lookup.byId('acme')).toBeDefined()
    expect(asked).toBe(1)
  })

  it('refuses at once what does not fit', () => {
    const directory = memoryDirectory([tenant('acme')])
    const { lookup } = bench({}, { directory, fits: down })
    expect(refusalOf(() => lookup.byId('acme'))).toEqual(unavailable)
  })
})

describe('ttl', () => {
  it('holds a record for so long, exclusive, and then asks again', async () => {
    const b = bench({ ttl: 60 })
    const first = await b.lookup.byId('acme')
    b.at += 59.999
    expect(b.lookup.byId('acme')).toBe(first)
    expect(b.calls).toBe(1)
    b.at += 0.001
    await b.lookup.byId('acme')
    expect(b.calls).toBe(2)
    b.at += 59.999
    expect(b.lookup.byId('acme')).not.toBeInstanceOf(Promise)
    expect(b.calls).toBe(2)
  })

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

  it('does not hold what is unknown, and forgets what is gone', async () => {
    const b = bench({ ttl: 60 })
    b.answer = () => null
    await b.lookup.byId('acme')
    await b.lookup.byId('acme')
    expect(b.calls).toBe(2)
    b.answer = (id) => tenant(id)
    await b.lookup.byId('acme')
    b.at += 60
    b.answer = () => null
    expect(await b.lookup.byId('acme')).toBeUndefined()
    b.answer = down
    expect(await refused(b.lookup.byId('acme'))).toEqual(unavailable)
  })

  it('is over when the clock jumps back', async () => {
    const b = bench({ ttl: 60 })
    await b.lookup.byId('acme')
    b.at -= 1
    await b.lookup.byId('acme')
    expect(b.calls).toBe(2)
  })

  it('is bounded in entries', async () => {
    const b = bench({ maxEntries: 1 })
    await b.lookup.byId('a')
    await b.lookup.byId('b')
    await b.lookup.byId('a')
    expect(b.calls).toBe(3)
  })

  it('is nothing where the cache is switched off', async () => {
    const b = bench(false)
    await b.lookup.byId('acme')
    await b.lookup.byId('acme')
    expect(b.calls).toBe(2)
    b.lookup.invalidate('acme')
    b.answer = down
    expect(await refused(b.lookup.byId('acme'))).toEqual(unavailable)
  })
})

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
    expect(await refused(b.lookup.byId('acme'))).toEqual(unavailable)
    expect(await refused(b.lookup.byId('acme'))).toEqual(unavailable)
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
})

describe('an outage', () => {
  it.each<[string, () => unknown]>([
    ['throws', down],
    ['rejects', () => Promise.reject(new Error('down'))],
  ])('of a directory that %s is 503 for what was never known', async (_, answer) => {
    const events = listen('countersign:tenant')
    const b = bench()
    b.answer = answer
    expect(await refused(b.lookup.byId('acme'))).toEqual(unavailable)
    expect(events).toEqual([earlyOutage])
    b.answer = (id) => tenant(id)
    expect((await b.lookup.byId('acme'))?.id).toBe('acme')
  })

  it('serves what was true a moment ago, up to maxStale, exclusive', async () => {
    const events = listen('countersign:tenant')
    const b = bench({ ttl: 60, maxStale: 600 })
    const known = await b.lookup.byId('acme')
    b.answer = down
    b.at += 60
    expect(await b.lookup.byId('acme')).toBe(known)
    b.at += 539.999
    expect(await b.lookup.byId('acme')).toBe(known)
    b.at += 0.001
    expect(await refused(b.lookup.byId('acme'))).toEqual(unavailable)
    expect(events).toEqual([outage, outage, outage])
  })

  it('asks the failing directory every five seconds and no more', async () => {
    const b = bench({ ttl: 60, maxStale: 600 })
    const known = await b.lookup.byId('acme')
    b.answer = down
    b.at += 60
    await b.lookup.byId('acme')
    expect(b.calls).toBe(2)
    b.at += 4.999
    expect(b.lookup.byId('acme')).toBe(known)
    expect(b.calls).toBe(2)
    b.at += 0.001
    expect(await b.lookup.byId('acme')).toBe(known)
    expect(b.calls).toBe(3)
  })

  it('does not hold longer than maxStale while it holds off', async () => {
    const b = bench({ ttl: 60, maxStale: 62 })
    await b.lookup.byId('acme')
    b.answer = down
    b.at += 60
    await b.lookup.byId('acme')
    b.at += 2
    expect(await refused(b.lookup.byId('acme'))).toEqual(unavailable)
  })

  it('ends with the first answer', async () => {
    const b = bench({ ttl: 60, maxStale: 600 })
    await b.lookup.byId('acme')
    b.answer = down
    b.at += 60
    await b.lookup.byId('acme')
    b.at += 5
    b.answer = (id) => tenant(id, { maxLifetime: 9 })
    expect((await b.lookup.byId('acme'))?.maxLifetime).toBe(9)
    b.at += 59
    expect(b.lookup.byId('acme')).not.toBeInstanceOf(Promise)
    expect(b.calls).toBe(3)
  })

  it('serves nothing stale where maxStale is 0, nor a record that turned bad', async () => {
    const b = bench({ ttl: 60, maxStale: 0 })
    await b.lookup.byId('acme')
    b.at += 60
    b.answer = down
    expect(await refused(b.lookup.byId('acme'))).toEqual(unavailable)
    const c = bench({ ttl: 60, maxStale: 600 })
    await c.lookup.byId('acme')
    c.at += 60
    c.answer = (id) => tenant(id, { keys: [] })
    expect(await refused(c.lookup.byId('acme'))).toEqual(unavailable)
  })

  it('is what a directory has that does not answer in time; it is told to stop', async () => {
    const events = listen('countersign:tenant')
    const b = bench({}, { timeoutMs: 30 })
    let given: AbortSignal | undefined
    b.answer = (_, { signal }) => {
      given = signal
      return new Promise(() => undefined)
    }
    expect(await refused(b.lookup.byId('acme'))).toEqual(unavailable)
    expect(given?.aborted).toBe(true)
    expect(events).toEqual([earlyOutage])
    b.answer = (id) => tenant(id)
    expect((await b.lookup.byId('acme'))?.id).toBe('acme')
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
    for (const one of asked) expect(await refused(one)).toEqual(unavailable)
    expect(b.calls).toBe(1)
    await refused(b.lookup.byId('acme'))
    expect(b.calls).toBe(2)
  })

  it('is of one tenant only', async () => {
    const b = bench()
    await Promise.all([b.lookup.byId('a'), b.lookup.byId('b')])
    expect(b.calls).toBe(2)
  })
})

describe('invalidate', () => {
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
    expect(await refused(b.lookup.byId('acme'))).toEqual(unavailable)
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
    expect(await refused(flying)).toEqual(unavailable)
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
})
