import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  SealedTenants,
  TenantLoadError,
  nameOf,
  preparedFrom,
} from '../../src/directory/sealed-tenants.ts'
import { OTHER_SECRET, SECRET, p256 } from '../fixtures/keys.ts'

const keys = [{ alg: 'HS256', secret: SECRET }]
const hash = (digit: string): string => `sha256:${digit.repeat(64)}`

describe('SealedTenants', () => {
  it('names every tenant that it leaves out, by id or by place', () => {
    const { tenants, faults } = SealedTenants.from([
      { id: 'a', keys },
      { id: 'b', keys: [] },
      null,
      { id: 7, keys },
      { id: 'a', keys },
      { id: 'c"', keys: [{ alg: 'HS256', secret: 'short' }] },
      { id: 'd', keys },
    ])
    expect(faults).toEqual([
      { tenant: '"b"', reason: 'keys is not a list of 1 to 8 keys' },
      { tenant: 'number 3', reason: 'the record is not an object' },
      {
        tenant: 'number 4',
        reason: 'id is not a string of 1 to 128 visible ASCII characters',
      },
      { tenant: '"a"', reason: 'the id is listed twice' },
      { tenant: '"c\\""', reason: 'a secret is shorter than 32 bytes (RFC 7518 section 3.2)' },
    ])
    expect(['a', 'b', 'c"', 'd'].map((id) => tenants.byId(id)?.record?.id)).toEqual([
      'a',
      undefined,
      undefined,
      'd',
    ])
  })

  it('refuses one API key hash in two tenants, and keeps the first', () => {
    const { tenants, faults } = SealedTenants.from([
      { id: 'a', keys, apiKeyHashes: [hash('1')] },
      { id: 'b', keys, apiKeyHashes: [hash('2'), hash('1')] },
    ])
    expect(faults).toEqual([
      { tenant: '"b"', reason: 'an API key hash belongs to another tenant already' },
    ])
    expect(tenants.byApiKeyHash(hash('1'))?.record?.id).toBe('a')
    expect(tenants.byApiKeyHash(hash('2'))?.record).toBeUndefined()
    expect(tenants.byId('b')?.record).toBeUndefined()
  })

  it('lets a tenant keep, change and drop its own API keys', () => {
    const { tenants } = SealedTenants.from([
      { id: 'a', keys, apiKeyHashes: [hash('1'), hash('2')] },
    ])
    tenants.set({ id: 'a', keys, apiKeyHashes: [hash('2'), hash('3')] })
    expect(['1', '2', '3'].map((digit) => tenants.byApiKeyHash(hash(digit))?.record?.id)).toEqual([
      undefined,
      'a',
      'a',
    ])
    expect(tenants.byApiKeyHash(hash('2'))?.record).toBe(tenants.byId('a')?.record)
    tenants.set({ id: 'a', keys })
    expect(tenants.byApiKeyHash(hash('3'))?.record).toBeUndefined()
    expect(tenants.byId('a')?.record?.id).toBe('a')
  })

  it('deletes a tenant with its API keys, which another may then have', () => {
    const { tenants } = SealedTenants.from([{ id: 'a', keys, apiKeyHashes: [hash('1')] }])
    expect(tenants.delete('a')).toBe(true)
    expect(tenants.delete('a')).toBe(false)
    expect(tenants.byId('a')?.record).toBeUndefined()
    expect(tenants.byApiKeyHash(hash('1'))?.record).toBeUndefined()
    tenants.set({ id: 'b', keys, apiKeyHashes: [hash('1')] })
    expect(tenants.byApiKeyHash(hash('1'))?.record?.id).toBe('b')
  })

  it('stays as it was when a change is refused', () => {
    const { tenants } = SealedTenants.from([
      { id: 'a', keys, apiKeyHashes: [hash('1')] },
      { id: 'b', keys, apiKeyHashes: [hash('2')] },
    ])
    const before = tenants.byId('b')?.record
    expect(() => tenants.set({ id: 'b', keys, apiKeyHashes: [hash('1')] })).toThrow(
      new Error('an API key hash belongs to another tenant already'),
    )
    expect(() => tenants.set({ id: 'b', keys: [] })).toThrow(
      new Error('keys is not a list of 1 to 8 keys'),
    )
    expect(tenants.byId('b')?.record).toBe(before)
    expect(tenants.byApiKeyHash(hash('2'))?.record).toBe(before)
  })
})

describe('a sealed record', () => {
  const given = {
    id: 'a',
    keys: [
      { alg: 'HS256', secret: SECRET, kid: 'text' },
      { alg: 'HS256', secret: Buffer.from(OTHER_SECRET), kid: 'bytes' },
    ],
    apiKeyHashes: [hash('1')],
    anonymousFilters: { attributes: { a: { $in: [1] } } },
  }
  const record = SealedTenants.from([given]).tenants.byId('a')?.record

  it('is a copy, frozen to the bottom', () => {
    expect(record).not.toBe(given)
    expect(Object.isFrozen(given)).toBe(false)
    expect(Object.isFrozen(given.keys[0])).toBe(false)
    const parts: unknown[] = [record, record?.keys, record?.keys[0], record?.keys[1]]
    parts.push(record?.apiKeyHashes, record?.anonymousFilters, record?.anonymousFilters?.attributes)
    expect(parts.map((part) => Object.isFrozen(part))).toEqual(parts.map(() => true))
  })

  it('is what its tenant was prepared from', () => {
    expect(preparedFrom(record as object)?.id).toBe('a')
    expect(
      preparedFrom(record as object)
        ?.keys[1]?.material.export()
        .toString(),
    ).toBe(OTHER_SECRET)
    expect(preparedFrom({ ...record })).toBeUndefined()
  })

  it('keeps its secret readable as a property, for the directory that stores it', () => {
    expect(record?.keys[0]).toHaveProperty('secret', SECRET)
  })

  it('shows [redacted] for secrets in inspect and JSON', () => {
    const texts = [
      inspect(record),
      inspect(record, { depth: Infinity, showHidden: true }),
      inspect(record?.keys[0]),
      inspect({ wrapped: [record] }, { depth: Infinity }),
      JSON.stringify(record),
      JSON.stringify(record?.keys),
    ]
    const base64 = Buffer.from(OTHER_SECRET).toString('base64')
    for (const text of texts) {
      expect(text).toContain('[redacted]')
      for (const form of [SECRET, OTHER_SECRET, base64, '116, 104, 101', '74 68 65'])
        expect(text).not.toContain(form)
    }
    expect(JSON.parse(JSON.stringify(record))).toMatchObject({
      id: 'a',
      keys: [
        { alg: 'HS256', kid: 'text', secret: '[redacted]' },
        { alg: 'HS256', kid: 'bytes', secret: '[redacted]' },
      ],
    })
  })

  it('shows public keys as they are', () => {
    const publicKeys = [{ alg: 'ES256', publicKey: p256().pem }]
    const sealed = SealedTenants.from([{ id: 'a', keys: publicKeys }]).tenants.byId('a')?.record
    expect(JSON.parse(JSON.stringify(sealed))).toEqual({ id: 'a', keys: publicKeys })
  })

  it('can be taken in again', () => {
    const { tenants, faults } = SealedTenants.from([record])
    expect(faults).toEqual([])
    expect(tenants.byId('a')?.record?.keys[0]).toHaveProperty('secret', SECRET)
  })
})

describe('the secret of a sealed record', () => {
  it('holds nothing of its neighbours in Node’s pool', () => {
    const canary = 'canary-of-globex, which lives next door'
    const [before, own, after] = [canary, OTHER_SECRET, canary].map((text) => Buffer.from(text))
    expect(own?.buffer).toBe(before?.buffer)
    expect(own?.buffer).toBe(after?.buffer)
    const record = SealedTenants.from([
      { id: 'a', keys: [{ alg: 'HS256', secret: own }] },
    ]).tenants.byId('a')?.record
    const key = record?.keys[0]
    if (key === undefined || !('secret' in key) || typeof key.secret === 'string')
      return expect.unreachable('the secret is bytes')
    expect(key.secret.buffer.byteLength).toBe(key.secret.length)
    expect(Buffer.from(key.secret.buffer).toString('latin1')).toBe(OTHER_SECRET)
    expect(Buffer.from(key.secret.buffer).includes('canary')).toBe(false)
  })
})

describe('nameOf', () => {
  it('quotes an id, and says otherwise for what has none', () => {
    expect(nameOf({ id: 'a"b' })).toBe('"a\\"b"')
    for (const record of [
      undefined,
      null,
      7,
      'a',
      ['a'],
      {},
      { id: 5n },
      { id: 'a b' },
      { id: {} },
    ])
      expect([nameOf(record), nameOf(record, 'number 3')]).toEqual(['unknown', 'number 3'])
    const throwing = {
      get id(): string {
        throw new Error('canary')
      },
    }
    expect(nameOf(throwing)).toBe('unknown')
  })
})

describe('a record that is hostile in depth', () => {
  const cyclic = (): object => {
    const value: Record<string, unknown> = {}
    value['attributes'] = value
    value['$and'] = [value]
    return value
  }
  const deep = (): object => {
    let value: object = {}
    for (let i = 0; i < 100_000; i++) value = { attributes: value }
    return value
  }
  const reasonOf = (record: object): unknown => SealedTenants.from([record]).faults[0]?.reason
  const record = { id: 'a', keys }

  it.each([
    ['id', 'id is not a string of 1 to 128 visible ASCII characters'],
    ['keys', 'keys is not a list of 1 to 8 keys'],
    ['issuer', 'issuer is neither a non-empty string nor null'],
    ['audience', 'audience is not a list of non-empty strings'],
    ['requireUser', 'requireUser is not a boolean'],
    ['apiKeyHashes', 'apiKeyHashes is not a list of non-empty strings'],
    ['maxLifetime', 'maxLifetime is not a positive number of seconds'],
    ['requiredFilterAttributes', 'requiredFilterAttributes is not a list of non-empty strings'],
    ['anonymousFilters', 'anonymousFilters break the filter grammar'],
    ['revision', 'revision is not a non-empty string'],
  ])('has a reason, with cycles or depth in %s', (name, reason) => {
    expect(reasonOf({ ...record, [name]: cyclic() })).toBe(reason)
    expect([reason, 'the record holds something that is not data']).toContain(
      reasonOf({ ...record, [name]: deep() }),
    )
  })

  it('has a reason, with cycles or depth in a jwk', () => {
    const jwk = p256().publicKey.export({ format: 'jwk' })
    const of = (over: object): object => ({
      id: 'a',
      keys: [{ alg: 'ES256', jwk: { ...jwk, ...over } }],
    })
    for (const [name, reason] of [
      ['kty', 'a jwk cannot be read'],
      ['x', 'a jwk cannot be read'],
      ['use', 'the use of a jwk is not "sig"'],
      ['key_ops', 'the key_ops of a jwk do not include "verify"'],
    ] as const) {
      expect(reasonOf(of({ [name]: cyclic() }))).toBe(reason)
      expect(reasonOf(of({ [name]: deep() }))).toMatch(/^(?:the|a) /)
    }
    // A member that no key has is not read at all; the record with it is frozen to the bottom all the same.
    const { tenants, faults } = SealedTenants.from([of({ extra: cyclic() })])
    expect(faults).toEqual([])
    expect(Object.isFrozen(tenants.byId('a')?.record?.keys[0])).toBe(true)
    const own: Record<string, unknown> = { ...jwk }
    own['kty'] = own
    expect(reasonOf({ id: 'a', keys: [{ alg: 'ES256', jwk: own }] })).toBe('a jwk cannot be read')
  })
})

describe('a record with an id that is computed', () => {
  const withId = (read: () => string): object => ({
    get id() {
      return read()
    },
    keys,
  })
  const throwing = (thrown: unknown): object =>
    withId(() => {
      throw thrown
    })

  it('that throws is told by a constant reason', () => {
    expect(SealedTenants.from([throwing(new Error('canary'))]).faults).toEqual([
      { tenant: 'number 1', reason: 'the record holds something that is not data' },
    ])
  })

  it('that throws anything at all is a fault of its own, and keeps no sound tenant out', () => {
    const { tenants, faults } = SealedTenants.from([throwing(null), { id: 'a', keys }])
    expect(faults).toHaveLength(1)
    expect(tenants.byId('a')?.record?.id).toBe('a')
  })

  it('that says one thing first and another later does not replace a tenant', () => {
    const said = ['b', 'a']
    const { tenants, faults } = SealedTenants.from([
      { id: 'a', keys, maxLifetime: 5 },
      withId(() => said.shift() ?? 'a'),
    ])
    expect(tenants.byId('a')?.record?.maxLifetime).toBe(5)
    expect(faults.length + (tenants.byId('b')?.record === undefined ? 0 : 1)).toBe(1)
  })
})

describe('TenantLoadError', () => {
  it('says where, which and why', () => {
    const error = new TenantLoadError('here', [
      { tenant: '"a"', reason: 'r1' },
      { tenant: 'number 2', reason: 'r2' },
    ])
    expect(error).toBeInstanceOf(TypeError)
    expect(error.name).toBe('TenantLoadError')
    expect(error.message).toBe('here: tenant "a": r1; tenant number 2: r2')
    expect(error.faults).toHaveLength(2)
  })
})
