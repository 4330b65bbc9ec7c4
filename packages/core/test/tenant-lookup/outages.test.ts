import { describe, expect, it } from 'vitest'
import { listen } from '../fixtures/events.ts'
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
  type Bench,
} from '../fixtures/lookup-bench.ts'

const outage = { tenant: '"acme"', reason: 'the directory failed or timed out' }
// An id that the directory never answered for is a client's word, and stays out of events.
const earlyOutage = { ...outage, tenant: 'unknown' }

/** Every way in which a directory fails, without any word about the tenant. */
const FAULTS: readonly (readonly [name: string, answer: () => unknown])[] = [
  ['throws', down],
  ['is reset', () => Promise.reject(new Error('read ECONNRESET'))],
  ['rejects with nothing', () => Promise.reject()],
  ['hangs', () => new Promise(() => undefined)],
  ['answers garbage', () => '<html>502 Bad Gateway</html>'],
  ['answers later, and garbage', () => Promise.resolve({ rows: [] })],
  ['answers with what is no data', () => ({ id: () => 'acme' })],
  ['answers with a broken record of somebody else', () => ({ id: 'globex', keys: [] })],
  ['answers with what throws when it is looked at', () => new Proxy({}, { get: down })],
]

describe.each(FAULTS)('a directory that %s', (_name, fault) => {
  const over = { timeoutMs: 100 }

  it('is 503 for what was never known, and asked again after a pause', async () => {
    const b = bench({}, over)
    b.answer = fault
    expect(await refused(() => b.lookup.byId('acme'))).toEqual(unavailable)
    b.answer = (id) => tenant(id)
    b.at += 0.499
    expect(await refused(() => b.lookup.byId('acme'))).toEqual(unavailable)
    expect(b.calls).toBe(1)
    b.at += 0.001
    expect(await verdict(() => b.lookup.byId('acme'))).toBe('found')
  })

  it('keeps known tenants working up to maxStale, exclusive, then is 503; and is found well', async () => {
    const b = bench({ ttl: 60, maxStale: 600 }, over)
    b.dice = 1
    const known = await b.lookup.byId('acme')
    b.answer = fault
    b.at += 60
    expect(await b.lookup.byId('acme')).toBe(known)
    b.at += 539.999
    expect(await b.lookup.byId('acme')).toBe(known)
    b.at += 0.001
    expect(await refused(() => b.lookup.byId('acme'))).toEqual(unavailable)
    b.answer = (id) => tenant(id)
    b.at += 4.999
    expect(await verdict(() => b.lookup.byId('acme'))).toBe('found')
    expect(b.lookup.byId('acme')).not.toBeInstanceOf(Promise)
  })

  it('for one tenant is well for every other', async () => {
    const b = bench({}, over)
    b.answer = (id) => (id === 'acme' ? fault() : tenant(id))
    const both = [verdict(() => b.lookup.byId('acme')), verdict(() => b.lookup.byId('globex'))]
    expect(await Promise.all(both)).toEqual(['keys_unavailable', 'found'])
    expect(await verdict(() => b.lookup.byId('initech'))).toBe('found')
    expect(b.lookup.byId('globex')).not.toBeInstanceOf(Promise)
  })
})

describe('a directory that fails', () => {
  it('is reported, by the name of a tenant that is known', async () => {
    const events = listen('countersign:tenant')
    const b = bench()
    await b.lookup.byId('acme')
    b.answer = down
    b.at += 60
    await b.lookup.byId('acme')
    await verdict(() => b.lookup.byId('globex'))
    expect(events).toEqual([outage, earlyOutage])
  })

  it.each([
    [0, [0.5, 1, 2, 4, 8, 15, 15]],
    [1, [1, 2, 4, 8, 16, 30, 30]],
  ])(
    'is left alone for longer each time, chance %d; stale is served meanwhile',
    async (dice, pauses) => {
      const b = bench({ ttl: 60, maxStale: 86_400 })
      const known = await b.lookup.byId('acme')
      b.answer = down
      b.dice = dice
      b.at += 60
      expect(await b.lookup.byId('acme')).toBe(known)
      let calls = 2
      for (const pause of pauses) {
        b.at += pause - 0.001
        for (let n = 0; n < 10; n++) expect(b.lookup.byId('acme')).toBe(known)
        expect(b.calls).toBe(calls)
        b.at += 0.001
        const probing = Array.from({ length: 10 }, async () => b.lookup.byId('acme'))
        for (const found of await Promise.all(probing)) expect(found).toBe(known)
        expect(b.calls).toBe((calls += 1))
      }
      b.answer = (id) => tenant(id, { maxLifetime: 9 })
      b.at += 30
      expect(await b.lookup.byId('acme')).toMatchObject({ maxLifetime: 9 })
      b.answer = down
      b.at += 60
      await b.lookup.byId('acme')
      b.at += pauses[0] as number
      expect(b.lookup.byId('acme')).toBeInstanceOf(Promise) // an answer begins the count afresh
    },
  )

  it.each([
    [0, [0.5, 1, 2, 2.5, 2.5]],
    [1, [1, 2, 4, 5, 5]],
  ])(
    'is left alone for at most five seconds where nothing is held, chance %d',
    async (dice, pauses) => {
      const b = bench()
      b.answer = down
      b.dice = dice
      for (const by of ['byId', 'byApiKeyHash'] as const) {
        const look = async (): Promise<string> => verdict(() => b.lookup[by](hash))
        expect(await look()).toBe('keys_unavailable')
        let calls = b.calls
        for (const pause of pauses) {
          b.at += pause - 0.001
          for (let n = 0; n < 10; n++) expect(await look()).toBe('keys_unavailable')
          expect(b.calls).toBe(calls)
          b.at += 0.001
          expect(await look()).toBe('keys_unavailable')
          expect(b.calls).toBe((calls += 1))
        }
      }
    },
  )

  it('is asked when maxStale is over, however long the pause that has begun', async () => {
    const b = bench({ ttl: 60, maxStale: 120 })
    await b.lookup.byId('acme')
    b.answer = down
    b.dice = 1
    for (const by of [60, 1, 2, 4, 8, 16]) {
      b.at += by
      expect(await verdict(() => b.lookup.byId('acme'))).toBe('found') // the last pause is one of 30 s
    }
    b.answer = (id) => tenant(id)
    b.at += 28
    const { calls } = b
    expect(b.lookup.byId('acme')).not.toBeInstanceOf(Promise)
    expect(b.calls).toBe(calls)
    b.at += 1
    expect(b.lookup.byId('acme')).toBeInstanceOf(Promise)
  })

  it('is asked by a clock that jumped back into a time before the pause', async () => {
    const b = bench({ ttl: 60, maxStale: 600 })
    await b.lookup.byId('acme')
    b.answer = down
    b.at += 500
    expect(await verdict(() => b.lookup.byId('acme'))).toBe('found')
    expect(await verdict(() => b.lookup.byId('globex'))).toBe('keys_unavailable')
    b.answer = () => null
    b.at -= 400
    expect(await verdict(() => b.lookup.byId('acme'))).toBe('unknown')
    expect(await verdict(() => b.lookup.byId('globex'))).toBe('unknown')
  })

  it('serves nothing stale where maxStale is 0', async () => {
    const b = bench({ ttl: 60, maxStale: 0 })
    await b.lookup.byId('acme')
    b.at += 60
    b.answer = down
    expect(await refused(() => b.lookup.byId('acme'))).toEqual(unavailable)
  })

  it('is told to stop when its time is over', async () => {
    const b = bench({}, { timeoutMs: 30 })
    let given: AbortSignal | undefined
    b.answer = (_, { signal }) => {
      given = signal
      return new Promise(() => undefined)
    }
    expect(await refused(() => b.lookup.byId('acme'))).toEqual(unavailable)
    expect(given?.aborted).toBe(true)
  })

  it('answers in vain when its time is over', async () => {
    const b = bench({}, { timeoutMs: 30 })
    const late = resolvers<unknown>()
    b.answer = () => late.promise
    expect(await refused(() => b.lookup.byId('acme'))).toEqual(unavailable)
    late.resolve(tenant('acme'))
    await settle()
    b.answer = () => null
    b.at += 1
    expect(await b.lookup.byId('acme')).toBeUndefined()
  })
})

describe('a record that turned bad', () => {
  it("is the directory's word: nothing older is served, now or in an outage", async () => {
    const b = bench({ ttl: 60, maxStale: 600 })
    await b.lookup.byId('acme')
    b.at += 60
    b.answer = (id) => tenant(id, { keys: [] })
    expect(await refused(() => b.lookup.byId('acme'))).toEqual(unavailable)
    b.answer = down
    for (let n = 0; n < 20; n++) {
      b.at += 1
      expect(await refused(() => b.lookup.byId('acme'))).toEqual(unavailable)
    }
  })

  it('is asked for again after pauses of at most five seconds, and is well at once when it is mended', async () => {
    const b = bench()
    b.dice = 1
    b.answer = (id) => tenant(id, { keys: [] })
    for (const pause of [0, 1, 2, 4, 5, 5]) {
      b.at += pause
      const { calls } = b
      expect(await refused(() => b.lookup.byId('acme'))).toEqual(unavailable)
      expect(await refused(() => b.lookup.byId('acme'))).toEqual(unavailable)
      expect(b.calls).toBe(calls + 1)
    }
    b.answer = (id) => tenant(id)
    b.at += 5
    expect(await verdict(() => b.lookup.byId('acme'))).toBe('found')
  })

  it.each([[() => tenant('acme', { keys: [] })], [() => 'garbage']])(
    'behind an API key is 503 for that key alone',
    async (answer) => {
      const b = bench()
      const other = hash.replaceAll('1', '2')
      b.answer = (key) => (key === hash ? answer() : tenant('acme'))
      expect(await refused(() => b.lookup.byApiKeyHash(hash))).toEqual(unavailable)
      expect((await b.lookup.byApiKeyHash(other))?.id).toBe('acme')
      expect((await b.lookup.byId('acme'))?.id).toBe('acme')
    },
  )
})

describe('a directory that flaps for five minutes', () => {
  /** Ten requests a second for three tenants, with the directory well or down by turns. */
  async function flap(
    b: Bench,
    isDown: (second: number) => boolean,
    seen: (second: number, verdicts: readonly string[]) => void,
  ): Promise<void> {
    for (let tick = 0; tick < 3000; tick++) {
      const second = tick / 10
      b.answer = isDown(second) ? () => Promise.reject(new Error('down')) : (id) => tenant(id)
      const found = ['a', 'b', 'c'].map(async (id) => verdict(() => b.lookup.byId(id)))
      seen(second, await Promise.all(found))
      b.at += 0.1
    }
  }

  it('is not noticed by tenants that are known, and asked a bounded number of times', async () => {
    const b = bench({ ttl: 60, maxStale: 600 })
    b.dice = 0.5
    for (const id of ['a', 'b', 'c']) await b.lookup.byId(id)
    await flap(
      b,
      (second) => second >= 20 && second % 20 < 15,
      (_second, verdicts) => expect(new Set(verdicts)).toEqual(new Set(['found'])),
    )
    // For each tenant: at most six pauses until they last 22 s and more, and a refresh every 49 s.
    expect(b.calls).toBeLessThanOrEqual(3 * 30)
    expect(b.calls).toBeGreaterThan(3 * 5)
  })

  it('is noticed when stale is over, and no more from the next probe on', async () => {
    const b = bench({ ttl: 10, maxStale: 60 })
    for (const id of ['a', 'b', 'c']) await b.lookup.byId(id)
    const refusals: number[] = []
    const { calls } = b
    let callsWhileDown = 0
    await flap(
      b,
      (second) => second >= 5 && second < 200,
      (second, verdicts) => {
        if (verdicts.includes('keys_unavailable')) refusals.push(second)
        if (second < 200) callsWhileDown = b.calls - calls
      },
    )
    // Records of the first moment serve for 60 s; then pauses last at most 5 s.
    expect(Math.min(...refusals)).toBeCloseTo(60)
    expect(Math.max(...refusals)).toBeGreaterThanOrEqual(199.9)
    expect(Math.max(...refusals)).toBeLessThan(205)
    expect(refusals).toHaveLength(Math.round((Math.max(...refusals) - 60) * 10) + 1)
    expect(callsWhileDown).toBeLessThanOrEqual(3 * (8 + 140 / 2.5))
  })
})
