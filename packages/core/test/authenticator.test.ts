import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createAuthenticator, isAuthenticator, type Authenticator } from '../src/authenticator.ts'
import type { AuthenticatorOptions } from '../src/authenticator-options.ts'
import { memoryDirectory } from '../src/directory/memory.ts'
import { TenantLoadError } from '../src/directory/sealed-tenants.ts'
import { searchIntegration } from '../src/profiles/search-integration.ts'
import { supportWidget } from '../src/profiles/support-widget.ts'
import type { Tenant } from '../src/tenant.ts'
import { listen } from './fixtures/events.ts'
import { OTHER_SECRET, SECRET, p256 } from './fixtures/keys.ts'
import { partsOf, passed, refused, thrownBy } from './fixtures/refusals.ts'
import { unhandledIn } from './fixtures/unhandled.ts'
import { NOW, searchToken, widgetToken } from './fixtures/tokens.ts'

const acme: Tenant = { id: 'acme', keys: [{ alg: 'HS256', secret: SECRET }] }
const searchAcme: Tenant = {
  id: 'acme',
  issuer: 'https://acme.example',
  keys: [{ alg: 'ES256', publicKey: p256().pem }],
  apiKeyHashes: [`sha256:${createHash('sha256').update('acme-key').digest('hex')}`],
}
const profile = supportWidget()
const make = (options: object = {}): Authenticator =>
  createAuthenticator({ profile, tenants: [acme], now: () => NOW * 1000, ...options })
const messageOf = (options: unknown): string => {
  const error = thrownBy(() => createAuthenticator(options as AuthenticatorOptions))
  expect(error).toBeInstanceOf(TypeError)
  return (error as Error).message
}
const ask = (
  auth: Authenticator,
  token = widgetToken(),
): ReturnType<Authenticator['authenticate']> =>
  auth.authenticate({ headers: { authorization: `Bearer ${token}` } })
const unexpected = {
  code: 'keys_unavailable',
  reason: 'an unexpected error',
  claim: undefined,
}

describe('options', () => {
  const base = { profile, tenants: [acme] }
  const NAMES =
    'profile, tenants, tenant, clockTolerance, tokenCache, directoryCache, lookupTimeout, revocation, now'
  const option = (name: string, rule: string): string =>
    `createAuthenticator: option "${name}" ${rule}`
  const isUndefined = (name: string): string =>
    option(name, 'is undefined; leave it out or give a value')
  const noProfile = option('profile', 'must come from defineProfile or a built-in profile')
  const noTenants = option('tenants', 'must be a list of tenants or have a function find')
  const noTenant = option('tenant', 'is not an id, a tenant or a function')
  const tolerance = option('clockTolerance', 'must be a number from 0 to 120')
  const timeout = option('lookupTimeout', 'must be a number from 100 to 10000')
  const now = option('now', 'must be a function')
  const revocation = option('revocation', 'must have a function isRevoked')
  const entries = (name: string): string =>
    option(`${name}.maxEntries`, 'must be an integer from 1 to 1000000')
  const bytes = option('tokenCache.maxBytes', 'must be an integer from 65536 to 4294967296')
  const group = (name: string): string =>
    `createAuthenticator: option "${name}": expected an options object`

  it.each<[unknown, string]>([
    [undefined, 'createAuthenticator: expected an options object'],
    [null, 'createAuthenticator: expected an options object'],
    [[], 'createAuthenticator: expected an options object'],
    [
      { ...base, clockTolerence: 5 },
      `createAuthenticator: unknown option "clockTolerence" (known: ${NAMES})`,
    ],
    [{ tenants: [acme] }, noProfile],
    [{ ...base, profile: { ...profile } }, noProfile],
    [{ ...base, profile: 'support-widget' }, noProfile],
    [{ ...base, profile: null }, noProfile],
    [{ ...base, profile: supportWidget }, noProfile],
    [{ ...base, profile: undefined }, isUndefined('profile')],
    [{ ...base, tenants: undefined }, isUndefined('tenants')],
    [{ ...base, tenant: undefined }, isUndefined('tenant')],
    [{ profile }, noTenants],
    [{ profile, tenants: null }, noTenants],
    [{ profile, tenants: 'acme' }, noTenants],
    [{ profile, tenants: {} }, noTenants],
    [{ profile, tenants: { find: 'x' } }, noTenants],
    [{ profile, tenant: 'acme' }, noTenants],
    [{ ...base, tenant: '' }, noTenant],
    [{ ...base, tenant: 'a b' }, noTenant],
    [{ ...base, tenant: 7 }, noTenant],
    [{ ...base, tenant: null }, noTenant],
    [{ profile, tenant: {} }, noTenant],
    [{ ...base, tenant: acme }, option('tenant', 'is a whole tenant, so leave out "tenants"')],
    [{ ...base, clockTolerance: -1 }, tolerance],
    [{ ...base, clockTolerance: 120.5 }, tolerance],
    [{ ...base, clockTolerance: NaN }, tolerance],
    [{ ...base, clockTolerance: '30' }, tolerance],
    [{ ...base, clockTolerance: null }, tolerance],
    [{ ...base, lookupTimeout: 99 }, timeout],
    [{ ...base, lookupTimeout: 10_001 }, timeout],
    [{ ...base, lookupTimeout: Infinity }, timeout],
    [{ ...base, now: 0 }, now],
    [{ ...base, now: null }, now],
    [{ ...base, revocation: null }, revocation],
    [{ ...base, revocation: {} }, revocation],
    [{ ...base, revocation: () => false }, revocation],
    [{ ...base, tokenCache: true }, group('tokenCache')],
    [{ ...base, tokenCache: null }, group('tokenCache')],
    [
      { ...base, tokenCache: { ttl: 1 } },
      'createAuthenticator: option "tokenCache": unknown option "ttl" (known: maxEntries, maxBytes)',
    ],
    [{ ...base, tokenCache: { maxEntries: 0 } }, entries('tokenCache')],
    [{ ...base, tokenCache: { maxEntries: 1_000_001 } }, entries('tokenCache')],
    [{ ...base, tokenCache: { maxEntries: 1.5 } }, entries('tokenCache')],
    [{ ...base, tokenCache: { maxEntries: Infinity } }, entries('tokenCache')],
    [{ ...base, tokenCache: { maxBytes: 65_535 } }, bytes],
    [{ ...base, tokenCache: { maxBytes: 2 ** 32 + 1 } }, bytes],
    [{ ...base, tokenCache: { maxBytes: 65_536.5 } }, bytes],
    [{ ...base, directoryCache: 60 }, group('directoryCache')],
    [
      { ...base, directoryCache: { max: 1 } },
      'createAuthenticator: option "directoryCache": unknown option "max" (known: maxEntries, ttl, maxStale)',
    ],
    [{ ...base, directoryCache: { maxEntries: 0 } }, entries('directoryCache')],
    [{ ...base, directoryCache: { maxEntries: 1_000_001 } }, entries('directoryCache')],
    [{ ...base, directoryCache: { maxEntries: 2.5 } }, entries('directoryCache')],
    [
      { ...base, directoryCache: { ttl: 0 } },
      option('directoryCache.ttl', 'must be a number from 1 to 86400'),
    ],
    [
      { ...base, directoryCache: { ttl: 86_401 } },
      option('directoryCache.ttl', 'must be a number from 1 to 86400'),
    ],
    [
      { ...base, directoryCache: { maxStale: -1 } },
      option('directoryCache.maxStale', 'must be a number from 0 to 86400'),
    ],
    [
      { ...base, directoryCache: { maxStale: 86_401 } },
      option('directoryCache.maxStale', 'must be a number from 0 to 86400'),
    ],
    [
      { profile: searchIntegration(), tenants: { find: () => null } },
      'createAuthenticator: profile "search-integration" has API keys, so "tenants" needs a function findByApiKeyHash',
    ],
  ])('refuses %#', (options, message) => {
    expect(messageOf(options)).toBe(message)
  })

  it.each([
    [{ clockTolerance: 0 }],
    [{ clockTolerance: 120 }],
    [{ clockTolerance: undefined }],
    [{ lookupTimeout: 100 }],
    [{ lookupTimeout: 10_000 }],
    [{ now: undefined, revocation: undefined }],
    [{ tokenCache: undefined, directoryCache: undefined }],
    [{ tokenCache: false, directoryCache: false }],
    [{ tokenCache: {}, directoryCache: {} }],
    [{ tokenCache: { maxEntries: 1, maxBytes: 65_536 } }],
    [{ tokenCache: { maxEntries: undefined, maxBytes: 2 ** 32 } }],
    [{ directoryCache: { maxEntries: 1, ttl: 1, maxStale: 0 } }],
    [{ directoryCache: { maxEntries: 1_000_000, ttl: 86_400, maxStale: 86_400 } }],
    [{ tenant: 'acme' }],
    [{ tenants: [] }],
    [{ tenants: memoryDirectory([acme]) }],
  ])('takes %#', (options) => {
    expect(
      Object.isFrozen(createAuthenticator({ ...base, ...options } as AuthenticatorOptions)),
    ).toBe(true)
  })

  it('has the wall clock by default', async () => {
    const exp = Math.floor(Date.now() / 1000) + 60
    const auth = createAuthenticator({ profile, tenants: [acme] })
    expect((await ask(auth, widgetToken({ iat: exp - 60, exp }))).ok).toBe(true)
    expect(await refused(ask(auth, widgetToken({ iat: 0, exp: 60 })))).toMatchObject({
      code: 'token_expired',
    })
  })

  it('has 30 seconds of tolerance by default', async () => {
    for (const [clockTolerance, over] of [
      [undefined, 30],
      [0, 0],
      [120, 120],
    ] as const) {
      const auth = make({ clockTolerance })
      expect((await ask(auth, widgetToken({ iat: NOW - 300, exp: NOW - over + 1 }))).ok).toBe(true)
      expect(await refused(ask(auth, widgetToken({ iat: NOW - 300, exp: NOW - over })))).toEqual({
        code: 'token_expired',
        reason: 'exp is past',
        claim: undefined,
      })
    }
  })

  it('does not take options from a polluted Object.prototype', async () => {
    const polluted = { tenant: 'globex', clockTolerance: 120, tokenCache: false, optional: true }
    Object.assign(Object.prototype, polluted)
    try {
      const auth = createAuthenticator({ profile, tenants: [acme], now: () => NOW * 1000 })
      const passing = await ask(auth)
      const late = await ask(auth, widgetToken({ exp: NOW - 60 }))
      const without = await auth.authenticate({ headers: {} }, {})
      const hit = ask(auth)
      expect([passing.ok, late.ok, without.ok]).toEqual([true, false, false])
      expect(hit).not.toBeInstanceOf(Promise)
    } finally {
      for (const name of Object.keys(polluted)) Reflect.deleteProperty(Object.prototype, name)
    }
  })

  it('that hold tenants which the profile can never serve are refused, with every name', () => {
    const other = { keys: searchAcme.keys }
    const error = thrownBy(() =>
      createAuthenticator({
        profile,
        tenants: [acme, { ...other, id: 'b' }, { ...other, id: 'c' }],
      }),
    ) as TenantLoadError
    expect(error).toBeInstanceOf(TenantLoadError)
    const reason = 'no key is for an algorithm of profile "support-widget"'
    expect(error.message).toBe(`createAuthenticator: tenant "b": ${reason}; tenant "c": ${reason}`)
    expect(error.faults).toEqual([
      { tenant: '"b"', reason },
      { tenant: '"c"', reason },
    ])
    const { issuer: _, ...without } = searchAcme
    const search = searchIntegration({ algorithms: ['ES256'] })
    const needs = 'profile "search-integration" needs an issuer (null: any)'
    expect(messageOf({ profile: search, tenant: without })).toBe(
      `createAuthenticator: tenant "acme": ${needs}`,
    )
  })

  it('that hold broken tenants are refused, and never show a key', () => {
    const short: Tenant = { id: 'b', keys: [{ alg: 'HS256', secret: 'short-canary' }] }
    const reason = 'a secret is shorter than 32 bytes (RFC 7518 section 3.2)'
    expect(messageOf({ profile, tenants: [acme, short] })).toBe(
      `memoryDirectory: tenant "b": ${reason}`,
    )
    expect(messageOf({ profile, tenant: short })).toBe(`memoryDirectory: tenant "b": ${reason}`)
    expect(messageOf({ profile, tenants: [acme, acme] })).toBe(
      'memoryDirectory: tenant "acme": the id is listed twice',
    )
  })
})

describe('an authenticator', () => {
  it('is frozen, holds its profile, and is known again', () => {
    const auth = make()
    expect(Object.isFrozen(auth)).toBe(true)
    expect(auth.profile).toBe(profile)
    expect(isAuthenticator(auth)).toBe(true)
    for (const other of [{ ...auth }, Object.create(auth), null, undefined, 'x', () => auth])
      expect(isAuthenticator(other)).toBe(false)
  })

  it('shows no secret', () => {
    for (const auth of [make(), createAuthenticator({ profile, tenant: acme })])
      for (const text of [inspect(auth, { depth: 20, showHidden: true }), JSON.stringify(auth)])
        expect(text).not.toContain(SECRET)
  })

  it('never throws and never rejects, for anything that is no request', async () => {
    const auth = make()
    for (const request of [undefined, null, 7, 'x', {}, { headers: null }, { headers: 7 }, []])
      expect((await auth.authenticate(request as never)).ok).toBe(false)
    for (const request of [undefined, null, { headers: null }])
      expect(await refused(auth.authenticate(request as never))).toEqual(unexpected)
    expect(await refused(auth.authenticate({ headers: {} }, null as never))).toEqual(unexpected)
  })

  it('answers 503 where its clock throws', async () => {
    let broken = false
    const auth = make({
      now: () => {
        if (broken) throw new Error('canary')
        return NOW * 1000
      },
    })
    const { identity } = await passed(ask(auth))
    broken = true
    expect(await refused(ask(auth))).toEqual(unexpected)
    expect(await refused(auth.bindBody(identity, {}))).toEqual(unexpected)
    expect(await refused(auth.recheck(identity))).toEqual(unexpected)
  })

  it('takes only optional: true for optional', async () => {
    const auth = make()
    const none = { headers: {} }
    expect((await auth.authenticate(none, { optional: true })).ok).toBe(true)
    for (const optional of [false, 'true', 1, undefined, {}])
      expect(await refused(auth.authenticate(none, { optional } as never))).toMatchObject({
        code: 'token_missing',
      })
  })
})

describe('a directory of one’s own', () => {
  const headers = { authorization: `Bearer ${widgetToken()}` }

  it('is answered for within lookupTimeout: 503 and an event', async () => {
    const events = listen('countersign:tenant')
    const find = (): Promise<never> => new Promise(() => undefined)
    const auth = make({ tenants: { find }, lookupTimeout: 100 })
    const started = performance.now()
    expect(await refused(auth.authenticate({ headers }))).toEqual({
      code: 'keys_unavailable',
      reason: 'the tenant directory',
      claim: undefined,
    })
    expect(performance.now() - started).toBeGreaterThan(90)
    expect(performance.now() - started).toBeLessThan(1500)
    expect(events.map(({ reason }) => reason)).toEqual(['the directory failed or timed out'])
  })

  it('is held for 60 seconds, and 600 in an outage, by default', async () => {
    const clock = { at: NOW }
    let calls = 0
    let find = (): Tenant => acme
    const tenants = {
      find: () => {
        calls += 1
        return find()
      },
    }
    const auth = make({ tenants, now: () => clock.at * 1000 })
    const token = widgetToken({ exp: NOW + 3600 })
    expect((await ask(auth, token)).ok).toBe(true)
    clock.at = NOW + 59
    expect(ask(auth, token)).not.toBeInstanceOf(Promise)
    expect(calls).toBe(1)
    find = () => {
      throw new Error('down')
    }
    clock.at = NOW + 60
    expect((await ask(auth, token)).ok).toBe(true)
    expect(calls).toBe(2)
    clock.at = NOW + 599
    expect((await ask(auth, token)).ok).toBe(true)
    clock.at = NOW + 600
    expect(await refused(ask(auth, token))).toMatchObject({ code: 'keys_unavailable' })
  })

  it('has a maxStale that is at least its ttl by default', async () => {
    const clock = { at: NOW }
    let down = false
    const find = (): Tenant => {
      if (down) throw new Error('down')
      return acme
    }
    const long = { directoryCache: { ttl: 1000 }, now: (): number => clock.at * 1000 }
    const auth = make({ tenants: { find }, ...long })
    const token = widgetToken({ exp: NOW + 3600 })
    await ask(auth, token)
    down = true
    clock.at = NOW + 999
    expect((await ask(auth, token)).ok).toBe(true)
    clock.at = NOW + 1000
    expect(await refused(ask(auth, token))).toMatchObject({ code: 'keys_unavailable' })
  })

  it('keeps a verdict over its ttl while the record is the same', async () => {
    const clock = { at: NOW }
    let record = acme
    const auth = make({ tenants: { find: () => record }, now: () => clock.at * 1000 })
    const { identity } = await passed(ask(auth))
    const hit = await passed(ask(auth))
    clock.at = NOW + 60
    expect((await passed(ask(auth))).identity).toBe(hit.identity)
    expect(identity).toEqual(hit.identity)
    clock.at = NOW + 120
    record = { ...acme, keys: [{ alg: 'HS256', secret: OTHER_SECRET }] }
    expect(await refused(ask(auth))).toMatchObject({ code: 'token_rejected' })
  })

  it('is asked again after invalidate', async () => {
    let record: Tenant | null = acme
    const auth = make({ tenants: { find: () => record } })
    expect((await ask(auth)).ok).toBe(true)
    record = null
    expect((await ask(auth)).ok).toBe(true)
    auth.invalidate('globex')
    expect((await ask(auth)).ok).toBe(true)
    auth.invalidate('acme')
    expect(await refused(ask(auth))).toMatchObject({ code: 'token_rejected' })
  })

  it('that gives a bad record is 503 for that tenant alone, and names the reason', async () => {
    const events = listen('countersign:tenant')
    const find = (id: string): Tenant =>
      id === 'acme' ? acme : { id, keys: [{ alg: 'HS256', secret: 'canary' }] }
    const auth = make({ tenants: { find } })
    expect(await refused(ask(auth, widgetToken({ tenantId: 'globex' })))).toMatchObject({
      code: 'keys_unavailable',
    })
    expect((await ask(auth)).ok).toBe(true)
    expect(events.map(({ reason }) => reason)).toEqual([
      'a secret is shorter than 32 bytes (RFC 7518 section 3.2)',
    ])
  })

  it('that gives a tenant without the issuer that the profile needs is 503, with the reason', async () => {
    const events = listen('countersign:tenant')
    const { issuer: _, ...withoutIssuer } = searchAcme
    const auth = createAuthenticator({
      profile: searchIntegration({ apiKey: false, algorithms: ['ES256'] }),
      tenants: memoryDirectory([withoutIssuer]),
      now: () => NOW * 1000,
    })
    const ofSearch = { 'user-token': searchToken() }
    expect(await refused(auth.authenticate({ headers: ofSearch }))).toMatchObject({
      code: 'keys_unavailable',
    })
    expect(events.map(({ reason }) => reason)).toEqual([
      'profile "search-integration" needs an issuer (null: any)',
    ])
  })

  it('that gives a tenant without a key for the profile does not tell that it exists', async () => {
    const auth = make({ tenants: memoryDirectory([searchAcme]) })
    expect(await refused(ask(auth))).toMatchObject({ code: 'token_rejected', reason: 'no key' })
  })

  it('that gives another tenant’s record knows none', async () => {
    const auth = make({ tenants: { find: () => ({ ...acme, id: 'ACME' }) } })
    expect(await refused(ask(auth))).toEqual({
      code: 'token_rejected',
      reason: 'unknown tenant',
      claim: undefined,
    })
  })
})

describe('the token cache', () => {
  it('is bounded in entries', async () => {
    const auth = make({ tokenCache: { maxEntries: 1 } })
    const [a, b] = [widgetToken(), widgetToken({ userId: 'u-2' })]
    await ask(auth, a)
    expect(ask(auth, a)).not.toBeInstanceOf(Promise)
    await ask(auth, b)
    expect(ask(auth, b)).not.toBeInstanceOf(Promise)
    expect(ask(auth, a)).toBeInstanceOf(Promise)
  })

  it('is bounded in bytes', async () => {
    const auth = make({ tokenCache: { maxBytes: 65_536 } })
    const tokens = Array.from({ length: 4 }, (_, i) =>
      widgetToken({ userId: `u-${i}`, more: 'x'.repeat(4000) }),
    )
    for (const token of tokens) expect((await ask(auth, token)).ok).toBe(true)
    expect(tokens.map((token) => ask(auth, token) instanceof Promise)).toContain(true)
    expect(ask(auth, tokens[3])).not.toBeInstanceOf(Promise)
  })
})

describe('verify', () => {
  const search = createAuthenticator({
    profile: searchIntegration({ algorithms: ['ES256'] }),
    tenants: [searchAcme],
    now: () => NOW * 1000,
  })
  const rejection = async (work: Promise<unknown>): Promise<unknown> =>
    work.then(() => expect.unreachable('it passed'), partsOf)

  it('gives the identity of a token that came in no request', async () => {
    expect(await make().verify(widgetToken())).toMatchObject({ kind: 'verified', userId: 'u-1' })
    expect(await make().verify(widgetToken(), { tenant: 'acme' })).toMatchObject({
      tenantId: 'acme',
    })
    expect(await search.verify(searchToken(), { apiKey: 'acme-key' })).toMatchObject({
      tenantId: 'acme',
    })
  })

  it('throws an AuthError', async () => {
    const mismatch = {
      code: 'tenant_mismatch',
      reason: 'the request names two tenants',
      claim: undefined,
    }
    expect(await rejection(make().verify(widgetToken(), { tenant: 'globex' }))).toEqual(mismatch)
    expect(await rejection(make().verify(widgetToken({ exp: 5 })))).toMatchObject({
      code: 'token_expired',
    })
    expect(await rejection(search.verify(searchToken()))).toMatchObject({
      code: 'api_key_rejected',
    })
    expect(await rejection(search.verify(searchToken(), { apiKey: 'x' }))).toMatchObject({
      code: 'api_key_rejected',
    })
  })

  it.each([[undefined], [null], [7], [{}], [['x']]])(
    'rejects %j: never anonymous',
    async (token) => {
      const auth = make({ tenants: [{ ...acme, requireUser: false }], tenant: 'acme' })
      expect(await rejection(auth.verify(token as never))).toEqual({
        code: 'token_rejected',
        reason: 'not a text',
        claim: undefined,
      })
      expect(await rejection(auth.verify(''))).toMatchObject({ code: 'token_rejected' })
    },
  )

  it('refuses an unknown hint', async () => {
    await expect(make().verify(widgetToken(), { tenantId: 'acme' } as never)).rejects.toThrow(
      new TypeError('verify: unknown option "tenantId" (known: tenant, apiKey)'),
    )
    await expect(make().verify(widgetToken(), null as never)).rejects.toThrow(
      new TypeError('verify: expected an options object'),
    )
  })

  it('holds a token against the tenant of this deployment', async () => {
    for (const tenant of ['acme', acme]) {
      const auth = createAuthenticator({
        profile,
        ...(typeof tenant === 'string' && { tenants: [acme] }),
        tenant,
        now: () => NOW * 1000,
      })
      expect((await auth.verify(widgetToken())).tenantId).toBe('acme')
      expect(await rejection(auth.verify(widgetToken({ tenantId: 'globex' })))).toMatchObject({
        code: 'tenant_mismatch',
      })
    }
  })

  it('does not ask a function about a request that is not there', async () => {
    const asked: unknown[] = []
    const auth = make({ tenant: (request: unknown) => void asked.push(request) })
    expect((await auth.verify(widgetToken())).tenantId).toBe('acme')
    expect(asked).toEqual([])
  })

  it('shares what was verified with requests', async () => {
    const auth = make()
    await auth.verify(widgetToken())
    expect(ask(auth)).not.toBeInstanceOf(Promise)
  })

  it('makes identities that bind and recheck', async () => {
    const auth = make()
    const identity = await auth.verify(widgetToken())
    expect(auth.bindBody(identity, {}).ok).toBe(true)
    expect((await auth.recheck(identity)).ok).toBe(true)
  })

  it('is an event', async () => {
    const events = listen('countersign:outcome')
    await make().verify(widgetToken())
    await make()
      .verify('x')
      .catch(() => undefined)
    expect(events.map((event) => [event.phase, event.code, event.reason])).toEqual([
      ['authenticate', 'ok', undefined],
      ['authenticate', 'token_rejected', 'not a canonical compact JWS'],
    ])
  })

  it('names the tenant in its event, as authenticate does', async () => {
    const events = listen('countersign:outcome')
    await make().verify(widgetToken())
    expect(events.map(({ tenantId }) => tenantId)).toEqual(['acme'])
  })
})

describe('a custom schema', () => {
  const schema = (validate: (value: unknown) => unknown): Authenticator =>
    make({
      profile: supportWidget({ custom: { '~standard': { version: 1, vendor: 'x', validate } } }),
    })

  it('is judged once per token', async () => {
    let calls = 0
    const auth = schema(() => ({ value: { call: (calls += 1) } }))
    const { identity } = await passed(ask(auth))
    expect(identity.custom).toEqual({ call: 1 })
    expect(Object.isFrozen(identity.custom)).toBe(true)
    await ask(auth)
    expect(calls).toBe(1)
  })

  it('with issues is 401; asynchronous or throwing it is 503', async () => {
    expect(await refused(ask(schema(() => ({ issues: [{ message: 'canary' }] }))))).toEqual({
      code: 'claims_invalid',
      reason: 'the custom schema',
      claim: undefined,
    })
    expect(await refused(ask(schema(async () => Promise.resolve({ value: 1 }))))).toEqual(
      unexpected,
    )
    const throwing = (): never => {
      throw new Error('canary')
    }
    expect(await refused(ask(schema(throwing)))).toEqual(unexpected)
  })

  it('may give bytes out, which are not frozen and do no harm', async () => {
    const bytes = Uint8Array.of(1)
    const auth = schema(() => ({ value: bytes }))
    expect((await passed(ask(auth))).identity.custom).toBe(bytes)
  })
})

describe('a tenant function that rejects later', () => {
  it('does not end the process', async () => {
    const auth = make({ tenant: async () => Promise.reject(new Error('later')) })
    const unhandled = await unhandledIn(async () => {
      expect(await refused(ask(auth))).toEqual(unexpected)
    })
    expect(unhandled).toEqual([])
  })
})
