import { describe, expect, it } from 'vitest'
import { liveTenants, memoryDirectory } from '../../src/directory/memory.ts'
import { SealedTenants } from '../../src/directory/sealed-tenants.ts'
import { TenantLoadError } from '../../src/directory/sealed-tenants.ts'
import type { Tenant } from '../../src/tenant.ts'
import { listen } from '../fixtures/events.ts'
import { OTHER_SECRET, SECRET } from '../fixtures/keys.ts'
import { thrownBy } from '../fixtures/refusals.ts'

const hash = `sha256:${'1'.repeat(64)}`
const tenant = (id: string, over: Partial<Tenant> = {}): Tenant => ({
  id,
  keys: [{ alg: 'HS256', secret: SECRET }],
  ...over,
})
const broken = (id: string): Tenant => tenant(id, { keys: [{ alg: 'HS256', secret: 'canary' }] })

describe('memoryDirectory', () => {
  it('finds by id and by API key', () => {
    const directory = memoryDirectory([tenant('a', { apiKeyHashes: [hash] }), tenant('b')])
    expect(directory.find('a')?.id).toBe('a')
    expect(directory.find('b')?.id).toBe('b')
    expect(directory.find('A')).toBeUndefined()
    expect(directory.find('__proto__')).toBeUndefined()
    expect(directory.findByApiKeyHash(hash)?.id).toBe('a')
    expect(directory.findByApiKeyHash('a')).toBeUndefined()
  })

  it('takes any iterable, and none', () => {
    expect(memoryDirectory(new Set([tenant('a')])).find('a')?.id).toBe('a')
    expect(memoryDirectory().find('a')).toBeUndefined()
  })

  it('is frozen, and live: its answers are not cached', () => {
    const directory = memoryDirectory()
    expect(Object.isFrozen(directory)).toBe(true)
    expect(liveTenants(directory)?.()).toBeInstanceOf(SealedTenants)
    expect(liveTenants({ find: () => undefined })).toBeUndefined()
  })

  it('throws, and names every bad tenant and its reason', () => {
    const error = thrownBy(() =>
      memoryDirectory([tenant('a'), broken('b'), tenant('c', { keys: [] })]),
    )
    expect(error).toBeInstanceOf(TenantLoadError)
    expect((error as Error).message).toBe(
      'memoryDirectory: tenant "b": a secret is shorter than 32 bytes (RFC 7518 section 3.2); ' +
        'tenant "c": keys is not a list of 1 to 8 keys',
    )
    expect(JSON.stringify((error as TenantLoadError).faults)).not.toContain('canary')
  })

  it('with skipInvalid serves the rest and reports', () => {
    const events = listen('countersign:tenant')
    const directory = memoryDirectory([tenant('a'), broken('b')], { skipInvalid: true })
    expect(directory.find('a')?.id).toBe('a')
    expect(directory.find('b')).toBeUndefined()
    expect(events).toEqual([
      { tenant: '"b"', reason: 'a secret is shorter than 32 bytes (RFC 7518 section 3.2)' },
    ])
  })

  it('adds and replaces with set', () => {
    const directory = memoryDirectory([tenant('a')])
    const before = directory.find('a')
    directory.set(tenant('a', { keys: [{ alg: 'HS256', secret: OTHER_SECRET }] }))
    directory.set(tenant('b'))
    expect(directory.find('a')?.keys[0]).toHaveProperty('secret', OTHER_SECRET)
    expect(before?.keys[0]).toHaveProperty('secret', SECRET)
    expect(directory.find('b')?.id).toBe('b')
  })

  it('refuses a bad tenant in set, and is then as it was', () => {
    const directory = memoryDirectory([tenant('a')])
    const before = directory.find('a')
    expect((thrownBy(() => directory.set(broken('a'))) as Error).message).toBe(
      'memoryDirectory.set: tenant "a": a secret is shorter than 32 bytes (RFC 7518 section 3.2)',
    )
    expect(directory.find('a')).toBe(before)
    expect(thrownBy(() => directory.set(undefined as never))).toBeInstanceOf(TenantLoadError)
    expect(thrownBy(() => directory.set(null as never))).toBeInstanceOf(TenantLoadError)
  })

  it.each<[unknown, string]>([
    [{ id: 5n }, 'tenant unknown: id is not a string of 1 to 128 visible ASCII characters'],
    [
      { id: 5n, keys: [] },
      'tenant unknown: id is not a string of 1 to 128 visible ASCII characters',
    ],
    [{ id: 'a', keys: 5n }, 'tenant "a": keys is not a list of 1 to 8 keys'],
    [
      { id: 'a', keys: [{ alg: 'HS256', secret: 5n }] },
      'tenant "a": a secret is neither a string nor a Uint8Array',
    ],
    [undefined, 'tenant unknown: the record is not an object'],
    [null, 'tenant unknown: the record is not an object'],
    [5n, 'tenant unknown: the record is not an object'],
    [() => 1, 'tenant unknown: the record holds something that is not data'],
    [{ id: 'a', keys: [() => 1] }, 'tenant "a": the record holds something that is not data'],
  ])('names the reason in set, %#', (record, message) => {
    const directory = memoryDirectory()
    const error = thrownBy(() => directory.set(record as never))
    expect(error).toBeInstanceOf(TenantLoadError)
    expect((error as Error).message).toBe(`memoryDirectory.set: ${message}`)
    expect(directory.find('a')).toBeUndefined()
  })

  it('deletes, and tells whether there was one', () => {
    const directory = memoryDirectory([tenant('a')])
    expect(directory.delete('a')).toBe(true)
    expect(directory.delete('a')).toBe(false)
    expect(directory.find('a')).toBeUndefined()
  })

  it.each([[null], ['acme'], [7], [{ find: 1 }]])('refuses %j for a list', (tenants) => {
    expect(() => memoryDirectory(tenants as never)).toThrow(
      new TypeError('memoryDirectory: tenants must be a list'),
    )
  })

  it('refuses an unknown option', () => {
    expect(() => memoryDirectory([], { skipInvalids: true } as never)).toThrow(
      new TypeError('memoryDirectory: unknown option "skipInvalids" (known: skipInvalid)'),
    )
    expect(() => memoryDirectory([], null as never)).toThrow(
      new TypeError('memoryDirectory: expected an options object'),
    )
  })

  it('refuses a skipInvalid that is no boolean', () => {
    expect(() => memoryDirectory([], { skipInvalid: 'false' } as never)).toThrow(
      /option "skipInvalid"/,
    )
  })
})
