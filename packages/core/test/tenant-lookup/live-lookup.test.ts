import { describe, expect, it } from 'vitest'
import { memoryDirectory } from '../../src/directory/memory.ts'
import type { PreparedTenant } from '../../src/tenant.ts'
import { listen } from '../fixtures/events.ts'
import { OTHER_SECRET } from '../fixtures/keys.ts'
import { bench, down, hash, tenant, unavailable } from '../fixtures/lookup-bench.ts'
import { refusalOf } from '../fixtures/refusals.ts'

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
    const events = listen('countersign:tenant')
    const directory = memoryDirectory([tenant('acme', { apiKeyHashes: [hash] })])
    const { lookup } = bench({}, { directory, fits: down })
    expect(refusalOf(() => lookup.byId('acme'))).toEqual(unavailable)
    expect(refusalOf(() => lookup.byApiKeyHash(hash))).toEqual(unavailable)
    const event = { tenant: '"acme"', reason: 'down' }
    expect(events).toEqual([event, event])
  })
})
