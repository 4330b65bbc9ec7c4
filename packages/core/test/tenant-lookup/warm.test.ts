import { describe, expect, it } from 'vitest'
import { memoryDirectory } from '../../src/directory/memory.ts'
import { listen } from '../fixtures/events.ts'
import {
  bench,
  down,
  hash,
  refused,
  resolvers,
  tenant,
  unavailable,
} from '../fixtures/lookup-bench.ts'

const ids = (count: number): string[] => Array.from({ length: count }, (_, n) => `t${n}`)

describe('warm', () => {
  it('loads tenants ahead, each once, and says nothing of those that are ready', async () => {
    const b = bench({ maxEntries: 1000 })
    expect(await b.lookup.warm([...ids(500), ...ids(500)])).toEqual([])
    expect(b.calls).toBe(500)
    for (const id of ids(500)) expect(b.lookup.byId(id)).toMatchObject({ id })
    expect(await b.lookup.warm(new Set(ids(500)))).toEqual([])
    expect(b.calls).toBe(500)
  })

  it('asks for at most 50 at once', async () => {
    const b = bench({ maxEntries: 1000 })
    let open = 0
    let most = 0
    b.answer = async (id) => {
      most = Math.max(most, (open += 1))
      await new Promise((done) => void setImmediate(done))
      open -= 1
      return tenant(id)
    }
    await b.lookup.warm(ids(500))
    expect(most).toBe(50)
  })

  it('tells, in order, which are not ready and why; one that fails does not stop the others', async () => {
    listen('countersign:tenant')
    const b = bench()
    b.answer = (id) => {
      if (id === 'a') return null
      if (id === 'b') return down()
      if (id === 'c') return tenant('c', { keys: [] })
      return id === 'd' ? tenant('other') : tenant(id)
    }
    expect(await b.lookup.warm(['e', 'd', 'c', 'b', 'a', '', 'no id', 'f'])).toEqual([
      { id: 'd', why: 'unknown' },
      { id: 'c', why: 'unavailable' },
      { id: 'b', why: 'unavailable' },
      { id: 'a', why: 'unknown' },
      { id: '', why: 'unknown' },
      { id: 'no id', why: 'unknown' },
    ])
    expect(b.calls).toBe(6)
    for (const id of ['e', 'f']) expect(b.lookup.byId(id)).toMatchObject({ id })
  })

  it('does not reject in an outage, and does not press a directory that fails', async () => {
    const b = bench()
    b.answer = down
    const notReady = ids(10).map((id) => ({ id, why: 'unavailable' }))
    expect(await b.lookup.warm(ids(10))).toEqual(notReady)
    expect(await b.lookup.warm(ids(10))).toEqual(notReady)
    expect(b.calls).toBe(10)
  })

  it('asks anew for what was unknown', async () => {
    const b = bench()
    b.answer = () => null
    await b.lookup.byId('acme')
    b.answer = (id) => tenant(id)
    expect(await b.lookup.warm(['acme'])).toEqual([])
    expect(b.lookup.byId('acme')).toMatchObject({ id: 'acme' })
  })

  it('is not kept out by a flood of unknown ids, and lets no flood in', async () => {
    const b = bench()
    b.answer = () => null
    for (let n = 0; n < 1000; n++) await b.lookup.byId(`unknown-${n}`)
    b.answer = (id) => tenant(id)
    await refused(() => b.lookup.byId('acme'))
    expect(await b.lookup.warm(['acme'])).toEqual([])
    expect(b.lookup.byId('acme')).toMatchObject({ id: 'acme' })
    expect(await refused(() => b.lookup.byId('globex'))).not.toEqual(unavailable)
  })

  it('loads the API keys that records list, where the profile has API keys', async () => {
    const other = hash.replaceAll('1', '2')
    for (const apiKeys of [true, false]) {
      const b = bench({}, { apiKeys })
      b.answer = () => tenant('acme', { apiKeyHashes: [hash, other] })
      expect(await b.lookup.warm(['acme'])).toEqual([])
      expect(b.calls).toBe(apiKeys ? 3 : 1)
      for (const key of [hash, other])
        expect(b.lookup.byApiKeyHash(key) instanceof Promise).toBe(!apiKeys)
    }
  })

  it('tells a tenant whose API key cannot be loaded', async () => {
    const b = bench({}, { apiKeys: true })
    b.answer = (key) => (key === hash ? down() : tenant(key, { apiKeyHashes: [hash] }))
    expect(await b.lookup.warm(['acme'])).toEqual([{ id: 'acme', why: 'unavailable' }])
  })

  it('does not bring back what is invalidated meanwhile', async () => {
    const b = bench()
    const late = resolvers<unknown>()
    b.answer = () => late.promise
    const warming = b.lookup.warm(['acme'])
    b.lookup.invalidate('acme')
    late.resolve(tenant('acme'))
    expect(await warming).toEqual([])
    b.answer = () => null
    expect(await b.lookup.byId('acme')).toBeUndefined()
  })

  it('of a live directory tells what it would serve', async () => {
    const directory = memoryDirectory([tenant('acme')])
    const { lookup } = bench({}, { directory })
    expect(await lookup.warm(['acme', 'globex'])).toEqual([{ id: 'globex', why: 'unknown' }])
    const unfit = bench({}, { directory, fits: down })
    expect(await unfit.lookup.warm(['acme'])).toEqual([{ id: 'acme', why: 'unavailable' }])
  })

  it('of a directory whose records are not held tells what it says', async () => {
    const b = bench(false)
    b.answer = (id) => (id === 'acme' ? tenant(id) : null)
    expect(await b.lookup.warm(['acme', 'globex'])).toEqual([{ id: 'globex', why: 'unknown' }])
  })

  it.each([['acme'], [undefined], [null], [{}], [{ length: 1 }], [[1]], [['acme', undefined]]])(
    'refuses %j, which is no list of ids',
    async (given) => {
      const b = bench()
      await expect(b.lookup.warm(given as never)).rejects.toBeInstanceOf(TypeError)
      expect(b.calls).toBe(0)
    },
  )
})
