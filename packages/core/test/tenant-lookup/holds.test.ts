import { describe, expect, it } from 'vitest'
import { memoryDirectory } from '../../src/directory/memory.ts'
import type { PreparedTenant } from '../../src/tenant.ts'
import type { Hold, TenantLookup } from '../../src/tenant-lookup.ts'
import { OTHER_SECRET } from '../fixtures/keys.ts'
import { bench, down, settle, tenant, type Bench } from '../fixtures/lookup-bench.ts'

const rotated = tenant('acme', { keys: [{ alg: 'HS256', secret: OTHER_SECRET }] })

async function holdOf(lookup: TenantLookup, id = 'acme'): Promise<Hold> {
  return lookup.hold((await lookup.byId(id)) as PreparedTenant) as Hold
}

describe('the hold on a record of a directory', () => {
  async function held(cache: Parameters<typeof bench>[0] = {}): Promise<Bench & { hold: Hold }> {
    const b = bench({ ttl: 60, ...cache })
    const hold = await holdOf(b.lookup)
    return Object.assign(b, { hold })
  }

  it('lasts while the record is fresh, and a second less at both ends', async () => {
    const { hold, at, calls } = await held()
    const times = [-1, 0, 0.999, 1, 20, 43.999, 44, 44.999, 45, 3600]
    expect(times.filter((after) => hold.holdsAt(at + after))).toEqual([1, 20, 43.999])
    expect(calls).toBe(1)
  })

  it('is none for a record of two seconds, which it is too short for', async () => {
    const { hold, at } = await held({ ttl: 2 })
    expect([0, 0.5, 1, 1.5, 2].some((after) => hold.holdsAt(at + after))).toBe(false)
  })

  it.each<[string, (b: Bench) => unknown]>([
    ['another record comes in the background', (b) => (b.answer = () => rotated)],
    ['the tenant is gone', (b) => (b.answer = () => null)],
    ['its record is broken', (b) => (b.answer = () => ({ id: 'acme', keys: [] }))],
  ])('is over when %s', async (_name, change) => {
    const b = await held()
    change(b)
    b.at += 50
    await b.lookup.byId('acme')
    await settle()
    expect(b.calls).toBe(2)
    expect([-30, 0, 10].some((after) => b.hold.holdsAt(b.at + after))).toBe(false)
  })

  it('goes on when the same record comes again', async () => {
    const b = await held()
    b.at += 50
    expect(b.hold.holdsAt(b.at)).toBe(false)
    await b.lookup.byId('acme')
    await settle()
    expect(b.calls).toBe(2)
    expect(b.hold.holdsAt(b.at + 1)).toBe(true)
  })

  it('is over when the directory fails and the record gets old', async () => {
    const b = await held()
    b.answer = down
    b.at += 50
    await b.lookup.byId('acme')
    await settle()
    expect(b.hold.holdsAt(b.at)).toBe(false)
  })

  it('is over when the tenant is invalidated, and does not come back with it', async () => {
    const b = await held()
    b.lookup.invalidate('acme')
    b.at += 5
    expect(b.hold.holdsAt(b.at)).toBe(false)
    await b.lookup.byId('acme')
    expect(b.hold.holdsAt(b.at + 5)).toBe(false)
  })

  it('is over when the record has to make room for another', async () => {
    const b = await held({ maxEntries: 1 })
    expect(b.hold.holdsAt(b.at + 5)).toBe(true)
    await b.lookup.byId('globex')
    expect(b.hold.holdsAt(b.at + 5)).toBe(false)
  })

  it('asks for a look-up now and then, so that what is used is not what makes room', async () => {
    const b = await held({ maxEntries: 2 })
    b.at += 5
    const holds = (): boolean => b.hold.holdsAt(b.at)
    expect(Array.from({ length: 64 }, holds)).not.toContain(false)
    expect([holds(), holds()]).toEqual([false, false])
    await b.lookup.byId('globex')
    await b.lookup.byId('acme')
    expect(holds()).toBe(true)
    await b.lookup.byId('initech')
    expect(holds()).toBe(true)
  })

  it('is given for the very tenant that is held, and no other', async () => {
    const b = await held()
    const first = (await b.lookup.byId('acme')) as PreparedTenant
    expect(b.lookup.hold({ ...first })).toBeUndefined()
    b.lookup.invalidate('acme')
    expect(b.lookup.hold(first)).toBeUndefined()
    const second = (await b.lookup.byId('acme')) as PreparedTenant
    expect(b.lookup.hold(first)).toBeUndefined()
    expect(b.lookup.hold(second)).toBeDefined()
  })

  it('is none where the directory is asked every time', async () => {
    const { lookup } = bench(false)
    expect(lookup.hold((await lookup.byId('acme')) as PreparedTenant)).toBeUndefined()
  })
})

describe('the hold on a tenant of a live directory', () => {
  it('lasts until a tenant is replaced or removed', async () => {
    const directory = memoryDirectory([tenant('acme'), tenant('globex')])
    const { lookup } = bench({}, { directory })
    const ends: (() => void)[] = [
      () => directory.set(tenant('globex')),
      () => directory.delete('globex'),
      () => directory.set(rotated),
    ]
    for (const end of ends) {
      const hold = await holdOf(lookup)
      expect(hold.holdsAt(0)).toBe(true)
      end()
      expect(hold.holdsAt(0)).toBe(false)
    }
    expect((await holdOf(lookup)).holdsAt(0)).toBe(true)
  })

  it('lasts where one is added, or was never there', async () => {
    const directory = memoryDirectory([tenant('acme')])
    const hold = await holdOf(bench({}, { directory }).lookup)
    directory.set(tenant('globex'))
    directory.delete('initech')
    expect(hold.holdsAt(0)).toBe(true)
  })

  it('is given for the tenant that is there, and none that was', async () => {
    const directory = memoryDirectory([tenant('acme')])
    const { lookup } = bench({}, { directory })
    const first = (await lookup.byId('acme')) as PreparedTenant
    directory.set(rotated)
    expect(lookup.hold(first)).toBeUndefined()
    directory.delete('acme')
    expect(lookup.hold(first)).toBeUndefined()
  })
})
