import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createAuthenticator, type Authenticator } from '../src/authenticator.ts'
import type { AuthenticatorOptions } from '../src/authenticator-options.ts'
import { memoryDirectory } from '../src/directory/memory.ts'
import { TenantLoadError } from '../src/directory/sealed-tenants.ts'
import { searchIntegration } from '../src/profiles/search-integration.ts'
import { supportWidget } from '../src/profiles/support-widget.ts'
import type { Tenant } from '../src/tenant.ts'
import { SECRET, p256 } from './fixtures/keys.ts'
import { refused, thrownBy } from './fixtures/refusals.ts'
import { NOW, widgetToken } from './fixtures/tokens.ts'

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

describe('createAuthenticator: options', () => {
  const base = { profile, tenants: [acme] }
  const NAMES =
    'profile, tenants, tenant, clockTolerance, tokenCache, directoryCache, lookupTimeout, fetch, revocation, now'
  const option = (name: string, rule: string): string =>
    `createAuthenticator: option "${name}" ${rule}`
  const isUndefined = (name: string): string =>
    option(name, 'is undefined; leave it out or give a value')
  const noProfile = option('profile', 'must come from defineProfile or a built-in profile')
  const noTenants = option('tenants', 'must be a list of tenants or have a function find')
  const noTenant = option('tenant', 'is not an id, a tenant or a function')
  const tolerance = option('clockTolerance', 'must be a number from 0 to 120')
  const timeout = option('lookupTimeout', 'must be a number from 100 to 10000')
  const fetcher = option('fetch', 'must be a function')
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
    [{ ...base, fetch: null }, fetcher],
    [{ ...base, fetch: 'https://proxy.example' }, fetcher],
    [{ ...base, fetch: undefined }, isUndefined('fetch')],
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
