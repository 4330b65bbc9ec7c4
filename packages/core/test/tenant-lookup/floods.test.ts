import { describe, expect, it } from 'vitest'
import {
  because,
  bench,
  hash,
  keys,
  refused,
  resolvers,
  settle,
  tenant,
  unavailable,
  verdict,
  type Bench,
} from '../fixtures/lookup-bench.ts'
import type { Tenant } from '../../src/tenant.ts'

const tooMany = because('too many unknown tenants lately')

/** A directory that knows `t0` to `t9`, and the API keys `k0` to `k9` of these. */
function wellKnown(b: Bench): void {
  b.answer = (key) => (/^[tk]\d$/.test(key) ? tenant(`t${key[1]}`) : null)
}

async function tally(looks: Iterable<() => ReturnType<Bench['lookup']['byId']>>): Promise<object> {
  const counts: Record<string, number> = {}
  for (const look of looks) {
    const found = await verdict(look)
    counts[found] = (counts[found] ?? 0) + 1
  }
  return counts
}

describe.each(['byId', 'byApiKeyHash'] as const)('a flood of unknown keys, %s', (by) => {
  const known = by === 'byId' ? 't' : 'k'

  it('of 100 000 asks the directory 1000 times, and 50 times a second from then on', async () => {
    const b = bench({ maxEntries: 10 })
    wellKnown(b)
    for (let n = 0; n < 10; n++) await b.lookup[by](`${known}${n}`)
    const held = b.calls
    function* flood(): Generator<() => ReturnType<Bench['lookup']['byId']>> {
      for (let n = 0; n < 100_000; n++) {
        b.at += 0.0001 // ten thousand a second
        yield () => b.lookup[by](`unknown-${n}`)
        if (n % 10_000 === 0)
          for (let k = 0; k < 10; k++)
            expect(b.lookup[by](`${known}${k}`)).toMatchObject({ id: `t${k}` })
      }
    }
    const counts = await tally(flood())
    expect(b.calls - held).toBeGreaterThanOrEqual(1000 + 499)
    expect(b.calls - held).toBeLessThanOrEqual(1000 + 500)
    // Of those that were not asked for it cannot be told that they are unknown: never 401.
    expect(counts).toEqual({
      unknown: b.calls - held,
      keys_unavailable: 100_000 - (b.calls - held),
    })
  })

  it('keeps strangers waiting: 503, and the reason says why; after a while they pass', async () => {
    const b = bench()
    b.answer = () => null
    for (let n = 0; n < 1000; n++) await b.lookup[by](`unknown-${n}`)
    b.answer = (key) => tenant(key)
    const { calls } = b
    expect(await refused(() => b.lookup[by]('acme'))).toEqual(tooMany)
    expect(b.calls).toBe(calls)
    b.at += 0.02
    expect((await b.lookup[by]('acme'))?.id).toBe('acme')
    // An answer that is no "unknown" costs nothing.
    for (let n = 0; n < 100; n++) expect((await b.lookup[by](`t${n}`))?.id).toBe(`t${n}`)
  })

  it('is still answered "unknown" for what is known to be so', async () => {
    const b = bench()
    b.answer = () => null
    for (let n = 0; n < 1000; n++) await b.lookup[by](`unknown-${n}`)
    expect(await refused(() => b.lookup[by]('one-more'))).toEqual(tooMany)
    expect(b.lookup[by]('unknown-999')).toBeUndefined()
  })

  it('does not keep out who was known before: expired, invalidated, or failing', async () => {
    const b = bench({ ttl: 60, maxStale: 60 })
    wellKnown(b)
    for (let n = 0; n < 10; n++) await b.lookup[by](`${known}${n}`)
    b.at += 60
    b.lookup.invalidate('t1')
    const { answer } = b
    b.answer = (key) =>
      key === `${known}2` ? tenant('t2', { keys: [] }) : answer(key, undefined as never)
    expect(await refused(() => b.lookup[by](`${known}2`))).toEqual(unavailable)
    b.answer = answer
    for (let n = 0; n < 1000; n++) await b.lookup[by](`unknown-${n}`)
    expect(await refused(() => b.lookup[by]('one-more'))).toEqual(tooMany)
    expect((await b.lookup[by](`${known}0`))?.id).toBe('t0')
    expect((await b.lookup[by](`${known}1`))?.id).toBe('t1')
    b.at += 0.5
    expect((await b.lookup[by](`${known}2`))?.id).toBe('t2')
  })

  it('of failures is no flood of unknown keys', async () => {
    const b = bench()
    for (const fault of [() => Promise.reject(new Error('down')), () => 'garbage']) {
      b.answer = fault
      for (let n = 0; n < 1500; n++)
        expect(await refused(() => b.lookup[by](`t${n}`))).toEqual(unavailable)
    }
  })

  it('all at once asks at most 750 times at a time, and leaves room for who is known', async () => {
    const b = bench({ ttl: 60 })
    await b.lookup[by]('t0')
    b.at += 60
    const late = resolvers<null>()
    b.answer = () => late.promise
    const { calls } = b
    const flood = Array.from({ length: 2000 }, async (_, n) =>
      verdict(() => b.lookup[by](`unknown-${n}`)),
    )
    expect(b.calls - calls).toBe(750)
    expect(await refused(() => b.lookup[by]('one-more'))).toEqual(
      because('too many look-ups at once'),
    )
    b.answer = (key) => tenant(key)
    expect((await b.lookup[by]('t0'))?.id).toBe('t0')
    late.resolve(null)
    const verdicts = await Promise.all(flood)
    expect(verdicts.filter((found) => found === 'unknown')).toHaveLength(750)
  })
})

describe('floods of ids and of API keys', () => {
  it('have a bucket each', async () => {
    const b = bench()
    b.answer = () => null
    for (let n = 0; n < 1000; n++) await b.lookup.byId(`unknown-${n}`)
    expect(await refused(() => b.lookup.byId('one-more'))).toEqual(tooMany)
    expect(await b.lookup.byApiKeyHash(hash)).toBeUndefined()
  })

  it('do not keep out the tenant whose API key was used before', async () => {
    const b = bench()
    b.answer = () => tenant('acme')
    await b.lookup.byApiKeyHash(hash)
    b.answer = (id) => (id === 'acme' ? tenant('acme') : null)
    for (let n = 0; n < 1000; n++) await b.lookup.byId(`unknown-${n}`)
    expect(await refused(() => b.lookup.byId('one-more'))).toEqual(tooMany)
    expect((await b.lookup.byId('acme'))?.id).toBe('acme')
  })

  it('find a tenant a stranger again when it is gone', async () => {
    const b = bench()
    await b.lookup.byId('acme')
    b.answer = () => null
    b.at += 60
    expect(await b.lookup.byId('acme')).toBeUndefined()
    for (let n = 0; n < 1000; n++) await b.lookup.byId(`unknown-${n}`)
    expect(await refused(() => b.lookup.byId('acme'))).toEqual(tooMany)
  })
})

describe('a crowd', () => {
  it('of 10 000 first requests of one tenant makes one call, and all pass', async () => {
    const b = bench()
    const { promise, resolve } = resolvers<Tenant>()
    b.answer = () => promise
    const crowd = Array.from({ length: 10_000 }, async () => b.lookup.byId('acme'))
    expect(b.calls).toBe(1)
    expect(await refused(() => b.lookup.byId('acme'))).toEqual(
      because('too many requests wait for the tenant directory'),
    )
    resolve(tenant('acme'))
    const found = await Promise.all(crowd)
    expect(new Set(found).size).toBe(1)
    expect(found[0]?.id).toBe('acme')
    expect(b.calls).toBe(1)
  })

  it('for one tenant does not keep another waiting', async () => {
    const b = bench()
    const { promise, resolve } = resolvers<Tenant>()
    b.answer = (id) => (id === 'acme' ? promise : tenant(id))
    const crowd = Array.from({ length: 10_001 }, async () => verdict(() => b.lookup.byId('acme')))
    expect((await b.lookup.byId('globex'))?.id).toBe('globex')
    resolve(tenant('acme'))
    await Promise.all(crowd)
  })

  it('for many tenants is bounded, and leaves no trace', async () => {
    const b = bench({ maxEntries: 10 })
    const late = resolvers<unknown>()
    b.answer = () => late.promise
    const crowd = Array.from({ length: 60_000 }, async (_, n) =>
      verdict(() => b.lookup.byId(`t${n % 10}`)),
    )
    expect(await refused(() => b.lookup.byId('t10'))).toEqual(
      because('too many requests wait for the tenant directory'),
    )
    late.resolve({ id: 't0', keys })
    const verdicts = await Promise.all(crowd)
    expect(verdicts.filter((found) => found === 'keys_unavailable')).toHaveLength(10_000)
    b.answer = (id) => tenant(id)
    b.lookup.invalidate('t1')
    const again = Array.from({ length: 10_000 }, async () => verdict(() => b.lookup.byId('t1')))
    expect(new Set(await Promise.all(again))).toEqual(new Set(['found']))
  })

  it('that is there when a tenant is invalidated over and over cannot make calls without end', async () => {
    const b = bench()
    await b.lookup.byId('acme')
    const late = resolvers<null>()
    b.answer = () => late.promise
    const { calls } = b
    const asked: Promise<string>[] = []
    for (let n = 0; n < 1500; n++) {
      b.lookup.invalidate('acme')
      asked.push(verdict(() => b.lookup.byId('acme')))
    }
    expect(b.calls - calls).toBe(1000)
    late.resolve(null)
    await Promise.all(asked)
    b.answer = (id) => tenant(id)
    b.lookup.invalidate('acme')
    expect(await verdict(() => b.lookup.byId('acme'))).toBe('found')
  })

  it('does not keep a refresh from being left out when the directory is busy', async () => {
    const b = bench({ ttl: 60, maxEntries: 2000 })
    for (let n = 0; n < 1001; n++) await b.lookup.byId(`t${n}`)
    const late = resolvers<null>()
    b.answer = () => late.promise
    b.at += 50
    const { calls } = b
    for (let n = 0; n < 1001; n++) expect(b.lookup.byId(`t${n}`)).not.toBeInstanceOf(Promise)
    expect(b.calls - calls).toBe(1000)
    late.resolve(null)
    await settle()
    expect(b.lookup.byId('t1000')).not.toBeInstanceOf(Promise)
    expect(b.calls - calls).toBe(1001)
  })
})
