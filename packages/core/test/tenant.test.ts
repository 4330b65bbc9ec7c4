import { createHash } from 'node:crypto'
import { parseFilters } from '@countersign/filters'
import { describe, expect, it } from 'vitest'
import { defineProfile } from '../src/profile.ts'
import { searchIntegration } from '../src/profiles/search-integration.ts'
import { supportWidget } from '../src/profiles/support-widget.ts'
import {
  checkFit,
  copyRecord,
  hasRequiredAttributes,
  isTenantId,
  prepareTenant,
  type PreparedTenant,
} from '../src/tenant.ts'
import { OTHER_SECRET, SECRET, p256, rsa } from './fixtures/keys.ts'
import { thrownBy } from './fixtures/refusals.ts'

const secretKey = { alg: 'HS256', secret: SECRET }
const ecKey = { alg: 'ES256', publicKey: p256().pem }
const HASH = `sha256:${'0a'.repeat(32)}`
const prepare = (over: object = {}): PreparedTenant =>
  prepareTenant({ id: 'acme', keys: [secretKey], ...over })
const reasonOf = (over: object): string => (thrownBy(() => prepare(over)) as Error).message

describe('isTenantId', () => {
  it.each([['a'], ['acme'], ['!'], ['~'], ['a/b:c@d'], ['__proto__'], ['x'.repeat(128)]])(
    'takes %j',
    (id) => {
      expect(isTenantId(id)).toBe(true)
    },
  )

  it.each([
    [''],
    [' '],
    ['a b'],
    ['a\n'],
    ['\na'],
    ['a\u007f'],
    ['a\0'],
    ['é'],
    ['x'.repeat(129)],
    [undefined],
    [null],
    [7],
    [['acme']],
  ])('refuses %j', (id) => {
    expect(isTenantId(id)).toBe(false)
  })
})

describe('copyRecord', () => {
  it('copies data', () => {
    const record = { id: 'acme', keys: [{ secret: Uint8Array.of(1) }] }
    const copy = copyRecord(record)
    expect(copy).toEqual(record)
    expect(copy).not.toBe(record)
  })

  it('refuses what is not data', () => {
    expect(() => copyRecord({ id: () => 'acme' })).toThrow(
      new Error('the record holds something that is not data'),
    )
  })
})

describe('the bytes of a secret in copyRecord', () => {
  const pooled = Buffer.from(OTHER_SECRET)
  const neighbour = Buffer.from('canary of another tenant, from the same pool')
  const secretOf = (record: unknown, at = 0): unknown =>
    (copyRecord(record) as { keys: { secret: unknown }[] }).keys[at]?.secret

  it('are all that the copy holds: nothing of the pool around a Buffer', () => {
    expect(pooled.buffer).toBe(neighbour.buffer)
    expect(pooled.buffer.byteLength).toBeGreaterThan(pooled.length)
    const secret = secretOf({ keys: [{ secret: pooled }] }) as Uint8Array
    expect(Buffer.from(secret).toString()).toBe(OTHER_SECRET)
    expect(secret.byteOffset).toBe(0)
    expect(secret.buffer.byteLength).toBe(pooled.length)
  })

  it('are those of a view into a larger array', () => {
    const bytes = Uint8Array.from({ length: 64 }, (_, i) => i)
    const secret = secretOf({ keys: [{ secret: bytes.subarray(8, 12) }] }) as Uint8Array
    expect([...secret]).toEqual([8, 9, 10, 11])
    expect(secret.buffer.byteLength).toBe(4)
  })

  it('are found in every key, and nothing else is touched', () => {
    const keys = [null, 'x', [pooled], { secret: 'text' }, { secret: 7 }, {}, { secret: pooled }]
    expect(copyRecord({ keys })).toMatchObject({
      keys: [null, 'x', [{}], { secret: 'text' }, { secret: 7 }, {}, {}],
    })
    expect((secretOf({ keys }, 6) as Uint8Array).buffer.byteLength).toBe(pooled.length)
    for (const record of [{ keys: 'x' }, { keys: { secret: pooled } }, {}, [], 7, null, undefined])
      expect(() => copyRecord(record)).not.toThrow()
  })
})

describe('a record', () => {
  it('has defaults', () => {
    const tenant = prepare()
    expect(tenant).toMatchObject({
      id: 'acme',
      issuer: undefined,
      audience: undefined,
      requireUser: true,
      apiKeyHashes: undefined,
      maxLifetime: Infinity,
      requiredFilterAttributes: [],
      anonymousFilters: undefined,
    })
    expect(tenant.keys.map(({ alg }) => alg)).toEqual(['HS256'])
    expect(Object.isFrozen(tenant)).toBe(true)
    expect(Object.isFrozen(tenant.keys)).toBe(true)
  })

  it('keeps what it says', () => {
    const tenant = prepare({
      issuer: 'https://acme.example',
      audience: ['a', 'b'],
      requireUser: false,
      apiKeyHashes: [HASH],
      maxLifetime: 60,
      requiredFilterAttributes: ['org'],
      anonymousFilters: { attributes: { org: 'public' } },
      revision: 'r1',
    })
    expect(tenant).toMatchObject({
      issuer: 'https://acme.example',
      audience: ['a', 'b'],
      requireUser: false,
      maxLifetime: 60,
      requiredFilterAttributes: ['org'],
      revision: 'r1',
    })
    expect([...(tenant.apiKeyHashes ?? [])]).toEqual([HASH])
    expect(tenant.anonymousFilters).toEqual({ attributes: { org: 'public' } })
    expect(prepare({ issuer: null }).issuer).toBeNull()
    expect(prepare({ audience: 'one' }).audience).toEqual(['one'])
    expect(prepare({ maxLifetime: 0.5 }).maxLifetime).toBe(0.5)
    expect(prepare({ apiKeyHashes: [] }).apiKeyHashes?.size).toBe(0)
  })

  it.each([[null], [undefined], [[]], ['acme'], [7]])('is an object, not %j', (record) => {
    expect(() => prepareTenant(record)).toThrow(new Error('the record is not an object'))
  })

  it('has own members only', () => {
    const inherited = Object.create({ id: 'acme', keys: [secretKey] }) as object
    expect(() => prepareTenant(inherited)).toThrow(
      new Error('id is not a string of 1 to 128 visible ASCII characters'),
    )
  })

  it.each([['requiredFilterAttribute'], ['key'], ['apiKeys'], ['Id'], ['__proto__x']])(
    'has no unknown member: %s',
    (name) => {
      expect(reasonOf({ [name]: undefined })).toBe(`unknown member "${name}"`)
    },
  )

  const id = 'id is not a string of 1 to 128 visible ASCII characters'
  const issuer = 'issuer is neither a non-empty string nor null'
  const lifetime = 'maxLifetime is not a positive number of seconds'
  const revision = 'revision is not a non-empty string'
  const hash = 'an API key hash is not "sha256:" and 64 lower-case hex digits'
  const hashes = 'apiKeyHashes is not a list of non-empty strings'
  const noAudience = 'audience is not a list of non-empty strings'
  const required = 'requiredFilterAttributes is not a list of non-empty strings'
  const filters = 'anonymousFilters break the filter grammar'

  it.each([
    [{ id: undefined }, id],
    [{ id: '' }, id],
    [{ id: 'a b' }, id],
    [{ id: 7 }, id],
    [{ issuer: '' }, issuer],
    [{ issuer: 7 }, issuer],
    [{ issuer: ['x'] }, issuer],
    [{ requireUser: 'false' }, 'requireUser is not a boolean'],
    [{ requireUser: null }, 'requireUser is not a boolean'],
    [{ requireUser: 0 }, 'requireUser is not a boolean'],
    [{ maxLifetime: 0 }, lifetime],
    [{ maxLifetime: -1 }, lifetime],
    [{ maxLifetime: NaN }, lifetime],
    [{ maxLifetime: '60' }, lifetime],
    [{ maxLifetime: null }, lifetime],
    [{ revision: '' }, revision],
    [{ revision: 7 }, revision],
    [{ revision: null }, revision],
    [{ apiKeyHashes: HASH }, hashes],
    [{ apiKeyHashes: [7] }, hashes],
    [{ apiKeyHashes: [''] }, hashes],
    [{ apiKeyHashes: null }, hashes],
    [{ apiKeyHashes: ['0a'.repeat(32)] }, hash],
    [{ apiKeyHashes: [HASH, HASH.toUpperCase()] }, hash],
    [{ apiKeyHashes: [`${HASH}0`] }, hash],
    [{ apiKeyHashes: [HASH.slice(0, -1)] }, hash],
    [{ apiKeyHashes: [` ${HASH}`] }, hash],
    [{ apiKeyHashes: [`${HASH}\n`] }, hash],
    [{ apiKeyHashes: [HASH.replace('a', 'g')] }, hash],
    [{ audience: '' }, noAudience],
    [{ audience: ['a', ''] }, noAudience],
    [{ audience: ['a', 7] }, noAudience],
    [{ audience: null }, noAudience],
    [{ audience: {} }, noAudience],
    [{ audience: [] }, 'audience is an empty list'],
    [{ requiredFilterAttributes: 'org' }, required],
    [{ requiredFilterAttributes: [null] }, required],
    [{ requiredFilterAttributes: [''] }, required],
    [{ anonymousFilters: null }, filters],
    [{ anonymousFilters: {} }, filters],
    [{ anonymousFilters: { attributes: {} } }, filters],
    [{ anonymousFilters: { attributes: { a: null } } }, filters],
  ])('is refused for %j', (over, reason) => {
    expect(reasonOf(over)).toBe(reason)
  })

  it('without a required user needs anonymousFilters where filters are required', () => {
    const requiredFilterAttributes = ['org']
    expect(reasonOf({ requireUser: false, requiredFilterAttributes })).toBe(
      'requireUser is false and filters are required, but there are no anonymousFilters',
    )
    const anonymousFilters = { attributes: { other: 1 } }
    expect(
      prepare({ requireUser: false, requiredFilterAttributes, anonymousFilters }).requireUser,
    ).toBe(false)
    expect(prepare({ requireUser: true, requiredFilterAttributes }).requireUser).toBe(true)
    expect(prepare({ requireUser: false, requiredFilterAttributes: [] }).requireUser).toBe(false)
    expect(prepare({ requireUser: false }).requireUser).toBe(false)
  })

  it('is copied: later writes to its lists change nothing', () => {
    const audience = ['a']
    const tenant = prepare({ audience })
    audience.push('evil')
    expect(tenant.audience).toEqual(['a'])
    expect(Object.isFrozen(tenant.audience)).toBe(true)
  })
})

describe('keys', () => {
  const keys = (count: number): object[] =>
    Array.from({ length: count }, (_, i) => ({ ...secretKey, kid: `k${i}` }))

  it('are 1 to 8', () => {
    expect(prepare({ keys: keys(8) }).keys).toHaveLength(8)
    for (const wrong of [undefined, null, {}, 'x', [], keys(9), { length: 1, 0: secretKey }])
      expect(reasonOf({ keys: wrong })).toBe('keys is not a list of 1 to 8 keys')
  })

  it('are refused with their own reason', () => {
    expect(reasonOf({ keys: [{ alg: 'HS256', secret: 'short' }] })).toBe(
      'a secret is shorter than 32 bytes (RFC 7518 section 3.2)',
    )
    expect(reasonOf({ keys: [secretKey, null] })).toBe('a key is not an object')
  })

  it('are all HMAC or all public (RFC 8725 3.1)', () => {
    const reason = 'HMAC secrets and public keys are mixed in one tenant'
    expect(reasonOf({ keys: [secretKey, ecKey] })).toBe(reason)
    expect(reasonOf({ keys: [ecKey, ecKey, secretKey] })).toBe(reason)
    const others = [ecKey, { alg: 'RS256', publicKey: rsa().pem }]
    expect(prepare({ keys: others }).keys.map(({ alg }) => alg)).toEqual(['ES256', 'RS256'])
    expect(prepare({ keys: [secretKey, secretKey] }).keys).toHaveLength(2)
  })

  it('have each their own kid, where they have one', () => {
    const [a, b] = [SECRET, OTHER_SECRET].map((secret) => ({ alg: 'HS256', secret }))
    expect(
      reasonOf({
        keys: [
          { ...a, kid: 'k' },
          { ...b, kid: 'k' },
        ],
      }),
    ).toBe('two keys have the same kid')
    expect(
      prepare({
        keys: [
          { ...a, kid: 'k' },
          { ...b, kid: 'K' },
        ],
      }).keys,
    ).toHaveLength(2)
    expect(prepare({ keys: [a, b, { ...a, kid: 'k' }] }).keys).toHaveLength(3)
  })
})

describe('keys that are fetched', () => {
  const set = { algorithms: ['ES256'], jwksUrl: 'https://acme.example/jwks' }
  const other = { algorithms: ['RS256'], jwksUrl: 'https://acme.example/other' }

  it('stand beside those of the record, each called by its place', () => {
    const tenant = prepare({ keys: [ecKey, set, { ...ecKey, kid: 'k' }, other] })
    expect(tenant.keys.map(({ label }) => label)).toEqual(['#1', 'k'])
    expect(tenant.keySets?.map(({ label, url }) => [label, url])).toEqual([
      ['#2', set.jwksUrl],
      ['#4', other.jwksUrl],
    ])
    expect(Object.isFrozen(tenant.keySets)).toBe(true)
  })

  it('may stand alone; a tenant without says undefined', () => {
    expect(prepare({ keys: [set] })).toMatchObject({ keys: [], keySets: [{ label: '#1' }] })
    expect(prepare({ keys: [ecKey, { ...ecKey, jwksUrl: undefined }] }).keySets).toBeUndefined()
  })

  it('are at most 8 together with the others', () => {
    const many = Array.from({ length: 8 }, (_, n) => ({ ...set, jwksUrl: `${set.jwksUrl}/${n}` }))
    expect(prepare({ keys: many }).keySets).toHaveLength(8)
    expect(reasonOf({ keys: [...many, ecKey] })).toBe('keys is not a list of 1 to 8 keys')
  })

  it('are never mixed with an HMAC secret (CVE-2021-46743)', () => {
    const reason = 'HMAC secrets and public keys are mixed in one tenant'
    expect(reasonOf({ keys: [secretKey, set] })).toBe(reason)
    expect(reasonOf({ keys: [set, secretKey] })).toBe(reason)
  })

  it('come from one address once, however it is spelt', () => {
    const again = { ...set, algorithms: ['RS256'], jwksUrl: 'https://ACME.example:443/x/../jwks' }
    expect(reasonOf({ keys: [set, again] })).toBe('two keys have the same jwksUrl')
  })

  it.each([[{ notBefore: 1 }], [{ notAfter: 1 }], [{ algorithms: ['RS256'] }], [other]])(
    'change the revision: %j',
    (over) => {
      const before = prepare({ keys: [set] }).revision
      expect(prepare({ keys: [{ ...set, ...over }] }).revision).not.toBe(before)
      expect(prepare({ keys: [{ ...set }] }).revision).toBe(before)
    },
  )

  it('count for what a profile needs', () => {
    const search = searchIntegration({ algorithms: ['ES256'] })
    const tenant = (over: object): PreparedTenant => prepare({ issuer: 'i', keys: [over] })
    expect(() => checkFit(tenant(set), search)).not.toThrow()
    expect(() => checkFit(tenant(other), search)).toThrow(
      new Error('no key is for an algorithm of profile "search-integration"'),
    )
    expect(() => checkFit(prepare({ keys: [set] }), search)).toThrow(
      new Error('profile "search-integration" needs an issuer (null: any)'),
    )
  })
})

describe('revision', () => {
  const base = { issuer: 'i', audience: ['a'], apiKeyHashes: [HASH], anonymousFilters: undefined }

  it('is the same for the same record, in whatever order it is written', () => {
    expect(prepare(base).revision).toBe(prepare({ ...base }).revision)
    expect(prepare(base).revision).toBe(
      prepareTenant({ ...base, keys: [{ secret: SECRET, alg: 'HS256' }], id: 'acme' }).revision,
    )
    expect(prepare(base).revision).toMatch(/^[\w-]{43}$/)
  })

  it.each([
    [{ id: 'acme2' }],
    [{ issuer: null }],
    [{ issuer: undefined }],
    [{ audience: ['b'] }],
    [{ audience: undefined }],
    [{ requireUser: false }],
    [{ apiKeyHashes: [HASH.replace('0', '1')] }],
    [{ apiKeyHashes: undefined }],
    [{ maxLifetime: 60 }],
    [{ requiredFilterAttributes: ['org'] }],
    [{ anonymousFilters: { attributes: { a: 1 } } }],
    [{ keys: [{ alg: 'HS256', secret: OTHER_SECRET }] }],
    [{ keys: [{ ...secretKey, kid: 'k' }] }],
    [{ keys: [{ ...secretKey, notBefore: 1 }] }],
    [{ keys: [{ ...secretKey, notAfter: 1 }] }],
    [{ keys: [secretKey, { alg: 'HS256', secret: OTHER_SECRET }] }],
  ])('changes with %j', (over) => {
    expect(prepare({ ...base, ...over }).revision).not.toBe(prepare(base).revision)
  })

  it('changes with a secret that is given as bytes', () => {
    const revisions = [1, 2].map(
      (byte) =>
        prepare({ keys: [{ alg: 'HS256', secret: new Uint8Array(32).fill(byte) }] }).revision,
    )
    expect(revisions[0]).not.toBe(revisions[1])
  })

  it('does not give the secret away, nor its plain digest', () => {
    const digest = createHash('sha256').update(SECRET).digest()
    const { revision } = prepare()
    for (const form of [SECRET, digest.toString('hex'), digest.toString('base64url')])
      expect(revision).not.toContain(form)
  })

  it('is the record’s own where it has one', () => {
    expect(prepare({ revision: '7' }).revision).toBe('7')
  })
})

describe('checkFit', () => {
  const fit = (over: object, profile: Parameters<typeof checkFit>[1]): void =>
    checkFit(prepare(over), profile)

  it('wants an issuer, or null said aloud, where the profile asks for the tenant’s', () => {
    const profile = searchIntegration({ algorithms: ['ES256'] })
    expect(() => fit({ keys: [ecKey] }, profile)).toThrow(
      new Error('profile "search-integration" needs an issuer (null: any)'),
    )
    expect(() => fit({ keys: [ecKey], issuer: null }, profile)).not.toThrow()
    expect(() => fit({ keys: [ecKey], issuer: 'i' }, profile)).not.toThrow()
    expect(() => fit({}, supportWidget({ issuer: 'fixed' }))).not.toThrow()
  })

  it('wants a key for an algorithm of the profile', () => {
    expect(() => fit({ keys: [ecKey] }, supportWidget())).toThrow(
      new Error('no key is for an algorithm of profile "support-widget"'),
    )
    expect(() => fit({ keys: [ecKey], issuer: 'i' }, searchIntegration())).toThrow(
      new Error('no key is for an algorithm of profile "search-integration"'),
    )
    const wide = searchIntegration({ algorithms: ['RS256', 'ES256'] })
    expect(() => fit({ keys: [ecKey], issuer: 'i' }, wide)).not.toThrow()
    const keys = [{ alg: 'RS256', publicKey: rsa().pem }, ecKey]
    expect(() =>
      fit({ keys, issuer: 'i' }, searchIntegration({ algorithms: ['ES256'] })),
    ).not.toThrow()
  })

  it('does not ask for an issuer where none is checked', () => {
    const profile = defineProfile({
      name: 'p',
      algorithms: ['HS256'],
      token: { header: 'authorization', scheme: 'Bearer' },
      tenant: { claim: 't', hint: null, apiKey: null },
      issuer: null,
      audience: null,
      type: null,
      maxLifetime: 60,
      user: { id: null, email: null, roles: null, plan: null },
      filters: null,
      userAttributes: null,
      body: null,
    })
    expect(() => fit({}, profile)).not.toThrow()
  })
})

describe('hasRequiredAttributes', () => {
  const filters = (attributes: unknown): ReturnType<typeof parseFilters> =>
    parseFilters({ attributes }, { source: 'token' })
  const tenant = prepare({ requiredFilterAttributes: ['org', 'team'] })

  it('asks for nothing where nothing is required', () => {
    expect(hasRequiredAttributes(prepare(), undefined)).toBe(true)
  })

  it('wants every attribute at the top level', () => {
    expect(hasRequiredAttributes(tenant, filters({ org: 1, team: 2 }))).toBe(true)
    expect(hasRequiredAttributes(tenant, filters({ $and: [{ org: 1 }, { team: 2, x: 3 }] }))).toBe(
      true,
    )
    expect(hasRequiredAttributes(tenant, filters({ org: 1 }))).toBe(false)
    expect(hasRequiredAttributes(tenant, filters({ $or: [{ org: 1, team: 2 }, { x: 1 }] }))).toBe(
      false,
    )
    expect(hasRequiredAttributes(tenant, undefined)).toBe(false)
  })
})
