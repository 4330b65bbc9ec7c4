import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createAuthenticator, type Authenticator, type Outcome } from '../src/authenticator.ts'
import type { AuthenticatorOptions } from '../src/authenticator-options.ts'
import type { TenantDirectory } from '../src/directory/directory.ts'
import { memoryDirectory } from '../src/directory/memory.ts'
import type { Identity, VerifiedIdentity } from '../src/identity.ts'
import { defineProfile } from '../src/profile.ts'
import { searchIntegration } from '../src/profiles/search-integration.ts'
import { supportWidget } from '../src/profiles/support-widget.ts'
import type { Tenant } from '../src/tenant.ts'
import { listen } from './fixtures/events.ts'
import { OTHER_SECRET, SECRET, otherP256, p256 } from './fixtures/keys.ts'
import { plainRules } from './fixtures/profiles.ts'
import { passed, refused } from './fixtures/refusals.ts'
import {
  NOW,
  acmeSigner,
  searchClaims,
  searchToken,
  segment,
  sign,
  widgetClaims,
  widgetToken,
} from './fixtures/tokens.ts'

const acme: Tenant = { id: 'acme', keys: [{ alg: 'HS256', secret: SECRET }] }
const globex: Tenant = { id: 'globex', keys: [{ alg: 'HS256', secret: OTHER_SECRET }] }
const code = (name: string, reason: string, claim?: string): object => ({
  code: name,
  reason,
  claim,
})
const rejected = (reason: string): object => code('token_rejected', reason)
const mismatch = code('tenant_mismatch', 'the request names two tenants')
const noToken = code('token_missing', 'no token')

/** A support widget, unless options say otherwise. */
function widget(options: Partial<AuthenticatorOptions<undefined>> = {}): Authenticator<undefined> {
  const tenants = [acme, globex]
  return createAuthenticator<undefined>({
    profile: supportWidget(),
    now: () => NOW * 1000,
    ...(typeof options.tenant === 'object' ? {} : { tenants }),
    ...options,
  })
}

async function ask(
  auth: Authenticator<undefined>,
  token: string | undefined,
  headers: Record<string, string> = {},
  optional = false,
): Promise<Outcome<undefined>> {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return auth.authenticate({ headers: { ...authorization, ...headers } }, { optional })
}

const identityOf = async (...args: Parameters<typeof ask>): Promise<VerifiedIdentity<undefined>> =>
  (await passed(ask(...args))).identity as VerifiedIdentity<undefined>

const searchTenant: Tenant = {
  id: 'acme',
  issuer: 'https://acme.example',
  keys: [{ alg: 'ES256', publicKey: p256().pem }],
  apiKeyHashes: [`sha256:${createHash('sha256').update('acme-key').digest('hex')}`],
}
const otherSearchTenant: Tenant = {
  id: 'globex',
  issuer: 'https://globex.example',
  keys: [{ alg: 'ES256', publicKey: otherP256().pem }],
  apiKeyHashes: [`sha256:${createHash('sha256').update('globex-key').digest('hex')}`],
}

function search(
  options: Partial<AuthenticatorOptions<undefined>> = {},
  tenant: Partial<Tenant> = {},
): Authenticator<undefined> {
  return createAuthenticator<undefined>({
    profile: searchIntegration({ algorithms: ['ES256'] }),
    tenants: [{ ...searchTenant, ...tenant }, otherSearchTenant],
    now: () => NOW * 1000,
    ...options,
  })
}

const askSearch = async (
  auth: Authenticator<undefined>,
  token: string | undefined,
  apiKey: string | undefined = 'acme-key',
  optional = false,
): Promise<Outcome<undefined>> =>
  auth.authenticate(
    {
      headers: {
        ...(token !== undefined && { 'user-token': token }),
        ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
      },
    },
    { optional },
  )

describe('a token', () => {
  it('that is good makes a verified identity', async () => {
    expect(await identityOf(widget(), widgetToken({ plan: 'pro' }))).toEqual({
      kind: 'verified',
      tenantId: 'acme',
      userId: 'u-1',
      userRoles: [],
      plan: 'pro',
      userAttributes: {},
      issuedAt: NOW,
      expiresAt: NOW + 600,
      claims: { ...widgetClaims, plan: 'pro' },
      custom: undefined,
      bodyBound: false,
    })
  })

  it.each([
    ['the text undefined', 'undefined', 'not a canonical compact JWS'],
    ['the text null', 'null', 'not a canonical compact JWS'],
    ['no object', sign('[]', acmeSigner), 'the payload is not a plain JSON object'],
    ['of an unknown tenant', widgetToken({ tenantId: 'unknown' }), 'unknown tenant'],
    ['of no tenant', widgetToken({ tenantId: undefined }), 'no tenant is named'],
    ['of a tenant that is no text', widgetToken({ tenantId: ['acme'] }), 'no tenant is named'],
    ['of a tenant that is no id', widgetToken({ tenantId: 'a b' }), 'no tenant is named'],
    ['of a tenant that is empty', widgetToken({ tenantId: '' }), 'no tenant is named'],
    [
      '"alg": "none" (RFC 8725 2.1)',
      `${segment({ alg: 'none' })}.${segment(widgetClaims)}.AAAA`,
      'the algorithm is not allowed',
    ],
    ['with crit', widgetToken({}, { crit: ['exp'] }), 'the header has "crit"'],
    [
      'signed with another tenant’s secret',
      sign(widgetClaims, { alg: 'HS256', secret: OTHER_SECRET }),
      'the signature',
    ],
    ['with another signature', `${widgetToken().slice(0, -4)}AAAA`, 'the signature'],
  ])('that is %s is rejected', async (_, token, reason) => {
    expect(await refused(ask(widget(), token))).toEqual(rejected(reason))
  })

  it('that is too large is a malformed request', async () => {
    expect(await refused(ask(widget(), 'x'.repeat(8193)))).toEqual(
      code('request_invalid', 'the token is too large'),
    )
  })

  it('is not looked up for an id that can be none', async () => {
    const asked: string[] = []
    const find = (id: string): null => void asked.push(id) as unknown as null
    const auth = widget({ tenants: { find } })
    for (const tenantId of ['', 'a b', 'x'.repeat(129), 'é', 7, null])
      expect(await refused(ask(auth, widgetToken({ tenantId })))).toEqual(
        rejected('no tenant is named'),
      )
    expect(asked).toEqual([])
    await ask(auth, widgetToken({ tenantId: 'x'.repeat(128) }))
    expect(asked).toEqual(['x'.repeat(128)])
  })

  it('whose tenant claim is no text is refused as a claim, once the hint led to a key', async () => {
    const token = widgetToken({ tenantId: ['acme'] })
    expect(await refused(ask(widget(), token, { 'x-tenant-key': 'acme' }))).toEqual(
      code('claims_invalid', 'does not name the tenant', 'tenantId'),
    )
  })
})

describe('the first failure answers (design section 2)', () => {
  // Each token has every fault from its own on; later ones must not show.
  const signer = { alg: 'HS256', secret: OTHER_SECRET } as const
  const bad = { exp: NOW - 60, userId: undefined, jti: 'revoked' }
  const revocation = { isRevoked: () => true }

  it('header shape, form, hint, tenant, algorithm, signature, time, claims, revocation', async () => {
    const auth = widget({ revocation })
    const hint = { 'x-tenant-key': 'globex' }
    const own = { 'x-tenant-key': 'acme' }
    const all = sign({ ...widgetClaims, ...bad }, signer, { alg: 'none' })
    expect(await refused(ask(auth, undefined, { authorization: 'Basic x', ...hint }))).toEqual(
      code('request_invalid', 'another scheme, or no credentials'),
    )
    expect(await refused(ask(auth, `${all}.`, hint))).toEqual(
      rejected('not a canonical compact JWS'),
    )
    expect(await refused(ask(auth, all, hint))).toEqual(mismatch)
    expect(
      await refused(
        ask(auth, sign({ ...widgetClaims, ...bad, tenantId: 'x' }, signer, { alg: 'none' })),
      ),
    ).toEqual(rejected('unknown tenant'))
    expect(await refused(ask(auth, all, own))).toEqual(rejected('the algorithm is not allowed'))
    expect(await refused(ask(auth, sign({ ...widgetClaims, ...bad }, signer), own))).toEqual(
      rejected('the signature'),
    )
    expect(await refused(ask(auth, widgetToken(bad), own))).toEqual(
      code('token_expired', 'exp is past'),
    )
    expect(await refused(ask(auth, widgetToken({ ...bad, exp: NOW + 60 }), own))).toEqual(
      code('claims_invalid', 'is not a text', 'userId'),
    )
    expect(await refused(ask(auth, widgetToken(), own))).toEqual(code('token_revoked', 'revoked'))
  })

  it('the API key before the token; revocation before required filters', async () => {
    const auth = search({ revocation }, { requiredFilterAttributes: ['org'] })
    expect(await refused(askSearch(auth, 'x', 'unknown'))).toEqual(
      code('api_key_rejected', 'unknown API key'),
    )
    expect(await refused(askSearch(auth, 'x'))).toEqual(rejected('not a canonical compact JWS'))
    expect(await refused(askSearch(auth, searchToken()))).toEqual(code('token_revoked', 'revoked'))
    const allowing = search({}, { requiredFilterAttributes: ['org'] })
    expect(await refused(askSearch(allowing, searchToken()))).toEqual(
      code('filters_missing', 'a required attribute', 'filters'),
    )
  })
})

describe('which tenant (design section 4)', () => {
  it('the hint and the claim must agree, before any look-up', async () => {
    let asked = 0
    const find = (id: string): Tenant => {
      asked += 1
      return { ...acme, id }
    }
    const auth = widget({ tenants: { find } })
    for (const hint of ['globex', 'Acme', 'acme ', 'a b'])
      expect(await refused(ask(auth, widgetToken(), { 'x-tenant-key': hint }))).toEqual(mismatch)
    expect(asked).toBe(0)
    expect((await identityOf(auth, widgetToken(), { 'x-tenant-key': 'acme' })).tenantId).toBe(
      'acme',
    )
  })

  it('a text: the tenant that this deployment serves', async () => {
    const auth = widget({ tenant: 'acme' })
    expect((await identityOf(auth, widgetToken())).tenantId).toBe('acme')
    const other = sign(
      { ...widgetClaims, tenantId: 'globex' },
      { alg: 'HS256', secret: OTHER_SECRET },
    )
    expect(await refused(ask(auth, other))).toEqual(mismatch)
    expect(await refused(ask(auth, widgetToken(), { 'x-tenant-key': 'globex' }))).toEqual(mismatch)
  })

  it('a whole tenant', async () => {
    const auth = widget({ tenant: acme })
    expect((await identityOf(auth, widgetToken())).tenantId).toBe('acme')
    expect(await refused(ask(auth, widgetToken({ tenantId: 'globex' })))).toEqual(mismatch)
    expect(await refused(ask(auth, widgetToken({ tenantId: undefined })))).toEqual(
      code('claims_invalid', 'does not name the tenant', 'tenantId'),
    )
  })

  it('a function of the request', async () => {
    const auth = widget({
      tenant: ({ headers, url }) => url?.slice(1) ?? (headers as Record<string, string>)['host'],
    })
    const token = { authorization: `Bearer ${widgetToken()}` }
    expect((await auth.authenticate({ headers: token, url: '/acme' })).ok).toBe(true)
    expect((await auth.authenticate({ headers: { ...token, host: 'acme' } })).ok).toBe(true)
    expect((await auth.authenticate({ headers: token })).ok).toBe(true)
    expect(await refused(auth.authenticate({ headers: token, url: '/globex' }))).toEqual(mismatch)
    expect(await refused(auth.authenticate({ headers: token, url: '/' }))).toEqual(mismatch)
  })

  it.each<[string, () => unknown]>([
    [
      'throws',
      (): never => {
        throw new Error('canary')
      },
    ],
    ['gives null', (): null => null],
    ['gives a number', (): number => 7],
    ['gives a promise', async (): Promise<string> => Promise.resolve('acme')],
  ])('a function that %s is 503, never a pass', async (_, tenant) => {
    expect(await refused(ask(widget({ tenant: tenant as () => string }), widgetToken()))).toEqual(
      code('keys_unavailable', 'an unexpected error'),
    )
  })

  it('the API key’s tenant must agree with the claim', async () => {
    const auth = search()
    expect((await askSearch(auth, searchToken())).ok).toBe(true)
    expect(await refused(askSearch(auth, searchToken(), 'globex-key'))).toEqual(mismatch)
    const named = search({ tenant: 'globex' })
    expect(await refused(askSearch(named, searchToken()))).toEqual(mismatch)
  })

  it('a token with an agreeing claim but another tenant’s signature is 401', async () => {
    const forged = sign(searchClaims, { alg: 'ES256', privateKey: otherP256().privateKey })
    expect(await refused(askSearch(search(), forged))).toEqual(rejected('the signature'))
  })

  it('the key of an API key judges, not the record that the claim names', async () => {
    let byId = 0
    const directory: TenantDirectory = {
      find: () => {
        byId += 1
        return searchTenant
      },
      findByApiKeyHash: () => searchTenant,
    }
    expect((await askSearch(search({ tenants: directory }), searchToken())).ok).toBe(true)
    expect(byId).toBe(0)
  })
})

describe('API keys', () => {
  it('are looked up by their SHA-256', async () => {
    const hashes: string[] = []
    const directory: TenantDirectory = {
      find: () => null,
      findByApiKeyHash: (hash) => {
        hashes.push(hash)
        return null
      },
    }
    const auth = search({ tenants: directory })
    expect(await refused(askSearch(auth, searchToken(), 'a-key'))).toEqual(
      code('api_key_rejected', 'unknown API key'),
    )
    expect(hashes).toEqual([`sha256:${createHash('sha256').update('a-key').digest('hex')}`])
  })

  it('are needed also where a token is good or absent', async () => {
    const headers = { 'user-token': searchToken() }
    const missing = code('api_key_rejected', 'no API key')
    expect(await refused(search().authenticate({ headers }, { optional: true }))).toEqual(missing)
    expect(await refused(search().authenticate({ headers: {} }, { optional: true }))).toEqual(
      missing,
    )
    expect(
      await refused(
        search()
          .verify(searchToken())
          .then(
            () => ({ ok: true }),
            (error) => ({ ok: false, error }) as never,
          ),
      ),
    ).toEqual(missing)
  })

  it('are asked about again on every hit', async () => {
    const directory = memoryDirectory([searchTenant])
    const auth = search({ tenants: directory })
    const token = searchToken()
    expect((await askSearch(auth, token)).ok).toBe(true)
    directory.set({ ...searchTenant, apiKeyHashes: [] })
    expect(await refused(askSearch(auth, token))).toEqual(
      code('api_key_rejected', 'unknown API key'),
    )
  })

  it('that stay while the tenant rotates its key do not keep its old tokens alive', async () => {
    const keys = [{ alg: 'ES256', publicKey: otherP256().pem }] as const
    const rotated = { ...searchTenant, keys }
    let record = searchTenant
    const directory = memoryDirectory([record])
    const database = { find: async () => record, findByApiKeyHash: async () => record }
    const token = searchToken()
    const live = search({ tenants: directory })
    const cached = search({ tenants: database })
    for (let time = 0; time < 3; time++)
      for (const auth of [live, cached]) expect((await askSearch(auth, token)).ok).toBe(true)
    record = rotated
    directory.set(rotated)
    cached.invalidate('acme')
    for (const auth of [live, cached])
      expect(await refused(askSearch(auth, token))).toEqual(rejected('the signature'))
  })

  it('are not looked at by a profile without', async () => {
    const auth = search({ profile: searchIntegration({ algorithms: ['ES256'], apiKey: false }) })
    expect((await askSearch(auth, searchToken(), 'unknown')).ok).toBe(true)
    expect((await askSearch(auth, searchToken(), undefined)).ok).toBe(true)
  })
})

describe('keys and their rotation', () => {
  const old = { alg: 'HS256', secret: SECRET, kid: 'old' } as const
  const fresh = { alg: 'HS256', secret: OTHER_SECRET, kid: 'new' } as const
  const by = (secret: string, kid?: string): string =>
    sign(widgetClaims, { alg: 'HS256', secret }, kid === undefined ? {} : { kid })

  it('take a token of any key, whatever kid it names', async () => {
    const auth = widget({ tenants: [{ ...acme, keys: [old, fresh] }] })
    for (const secret of [SECRET, OTHER_SECRET])
      for (const kid of [undefined, 'old', 'new', 'unknown', ''])
        expect((await ask(auth, by(secret, kid))).ok).toBe(true)
    expect(await refused(ask(auth, by('x'.repeat(32), 'old')))).toEqual(rejected('the signature'))
  })

  it('try the one that the token names first', async () => {
    // One secret under two names: which key verified shows when the second one ends. What it verified is then judged
    // afresh, which makes another identity.
    const keys = [
      { ...old, kid: 'first' },
      { ...old, kid: 'second', notAfter: NOW + 100 },
    ]
    const clock = { at: NOW }
    const auth = widget({ tenants: [{ ...acme, keys }], now: () => clock.at * 1000 })
    const tokens = [by(SECRET), by(SECRET, 'first'), by(SECRET, 'second')]
    const identities = async (): Promise<readonly Identity[]> =>
      Promise.all(tokens.map(async (token) => identityOf(auth, token)))
    const before = await identities()
    clock.at = NOW + 100
    const after = await identities()
    expect(after.map((identity, n) => identity === before[n])).toEqual([true, true, false])
  })

  it('are not tried before notBefore nor from notAfter on', async () => {
    const clock = { at: NOW }
    const auth = widget({
      tenants: [{ ...acme, keys: [{ ...old, notBefore: NOW, notAfter: NOW + 10 }] }],
      now: () => clock.at * 1000,
    })
    const token = by(SECRET, 'old')
    for (const [at, ok] of [
      [NOW - 0.001, false],
      [NOW, true],
      [NOW + 9.999, true],
      [NOW + 10, false],
    ] as const) {
      clock.at = at
      if (ok) expect((await ask(auth, token)).ok).toBe(true)
      else expect(await refused(ask(auth, token))).toEqual(rejected('no key'))
    }
  })

  it('that end while their token is in the cache end it too; another key can still have signed', async () => {
    const clock = { at: NOW }
    const keys = [
      { ...old, notAfter: NOW + 10 },
      { ...old, kid: 'same', notBefore: NOW + 20 },
    ]
    const auth = widget({ tenants: [{ ...acme, keys }], now: () => clock.at * 1000 })
    const token = by(SECRET)
    expect((await ask(auth, token)).ok).toBe(true)
    clock.at = NOW + 10
    expect(await refused(ask(auth, token))).toEqual(rejected('no key'))
    clock.at = NOW + 20
    expect((await ask(auth, token)).ok).toBe(true)
  })

  it('of another algorithm are not tried', async () => {
    const auth = search({
      profile: searchIntegration({ algorithms: ['ES256', 'EdDSA'], apiKey: false }),
    })
    const token = searchToken({}, { alg: 'EdDSA' })
    expect(await refused(askSearch(auth, token))).toEqual(rejected('no key'))
  })

  it('that are taken away end a token in the cache', async () => {
    const directory = memoryDirectory([{ ...acme, keys: [old, fresh] }])
    const auth = widget({ tenants: directory })
    const token = by(SECRET)
    expect((await ask(auth, token)).ok).toBe(true)
    directory.set({ ...acme, keys: [fresh] })
    expect(await refused(ask(auth, token))).toEqual(rejected('the signature'))
    directory.delete('acme')
    expect(await refused(ask(auth, token))).toEqual(rejected('unknown tenant'))
  })
})

describe('a token seen before', () => {
  it('is answered at once with the same identity', () => {
    const auth = widget()
    const headers = { authorization: `Bearer ${widgetToken()}` }
    const first = auth.authenticate({ headers })
    const hit = auth.authenticate({ headers })
    expect(first).not.toBeInstanceOf(Promise)
    expect(hit).not.toBeInstanceOf(Promise)
    expect((hit as { identity: Identity }).identity).toBe(
      (first as { identity: Identity }).identity,
    )
  })

  it('is judged afresh where the cache is switched off', async () => {
    const auth = widget({ tokenCache: false })
    expect(await identityOf(auth, widgetToken())).not.toBe(await identityOf(auth, widgetToken()))
  })

  it('still has its time checked, at the second', async () => {
    const clock = { at: NOW }
    const auth = widget({ now: () => clock.at * 1000 })
    const token = widgetToken({ exp: NOW + 60, nbf: NOW })
    await identityOf(auth, token)
    clock.at = NOW + 89.999
    expect((await ask(auth, token)).ok).toBe(true)
    clock.at = NOW + 90
    expect(await refused(ask(auth, token))).toEqual(code('token_expired', 'exp is past'))
    clock.at = NOW - 31
    expect(await refused(ask(auth, token))).toEqual(
      code('token_not_active', 'nbf is in the future', 'nbf'),
    )
  })

  it('still has its hint checked', async () => {
    const auth = widget()
    await identityOf(auth, widgetToken())
    expect(await refused(ask(auth, widgetToken(), { 'x-tenant-key': 'globex' }))).toEqual(mismatch)
    expect((await ask(auth, widgetToken(), { 'x-tenant-key': 'acme' })).ok).toBe(true)
  })

  it('is judged afresh when the record changed, however little', async () => {
    const directory = memoryDirectory([acme])
    const auth = widget({ tenants: directory })
    const token = widgetToken()
    await identityOf(auth, token)
    directory.set({ ...acme, maxLifetime: 60 })
    expect(await refused(ask(auth, token))).toEqual(
      code('token_lifetime', 'longer than allowed', 'exp'),
    )
  })

  it('is asked about in the revocation store on every hit', async () => {
    let revoked = false
    const asked: unknown[] = []
    const auth = widget({
      revocation: {
        isRevoked: (query) => {
          asked.push(query)
          return revoked
        },
      },
    })
    const token = widgetToken({ jti: 'j' })
    await identityOf(auth, token)
    await identityOf(auth, token)
    revoked = true
    expect(await refused(ask(auth, token))).toEqual(code('token_revoked', 'revoked'))
    const query = { tenantId: 'acme', jti: 'j', userId: 'u-1', issuedAt: NOW }
    expect(asked).toEqual([query, query, query])
  })

  it('keeps its identity when the revocation store was asked', async () => {
    const auth = widget({ revocation: { isRevoked: () => false } })
    await identityOf(auth, widgetToken())
    expect(await identityOf(auth, widgetToken())).toMatchObject({ kind: 'verified', userId: 'u-1' })
  })

  it('is not kept when it was refused', async () => {
    let revoked = true
    const auth = widget({ revocation: { isRevoked: () => revoked } })
    const headers = { authorization: `Bearer ${widgetToken()}` }
    expect(await refused(auth.authenticate({ headers }))).toMatchObject({ code: 'token_revoked' })
    revoked = false
    const first = (await passed(auth.authenticate({ headers }))).identity
    expect((await passed(auth.authenticate({ headers }))).identity).toBe(first)
  })

  it('is not kept without its required filters', async () => {
    const auth = search({}, { requiredFilterAttributes: ['org'] })
    for (let i = 0; i < 2; i++)
      expect(await refused(askSearch(auth, searchToken()))).toEqual(
        code('filters_missing', 'a required attribute', 'filters'),
      )
  })
})

describe('revocation', () => {
  it.each<[string, () => unknown, string]>([
    [
      'throws',
      (): never => {
        throw new Error('down')
      },
      'an unexpected error',
    ],
    [
      'rejects',
      async (): Promise<never> => Promise.reject(new Error('down')),
      'an unexpected error',
    ],
    ['says nothing', (): undefined => undefined, 'the revocation store gave no verdict'],
    [
      'says 0',
      async (): Promise<number> => Promise.resolve(0),
      'the revocation store gave no verdict',
    ],
    ['hangs', async (): Promise<never> => new Promise(() => undefined), 'an unexpected error'],
  ])('that %s is 503, on first sight and on a hit', async (_, answer, reason) => {
    let working = false
    const isRevoked = (): boolean => (working ? false : (answer() as boolean))
    const auth = widget({ revocation: { isRevoked }, lookupTimeout: 100 })
    const token = widgetToken()
    expect(await refused(ask(auth, token))).toEqual(code('keys_unavailable', reason))
    working = true
    await identityOf(auth, token)
    working = false
    expect(await refused(ask(auth, token))).toEqual(code('keys_unavailable', reason))
  })

  it('may answer later', async () => {
    for (const revoked of [true, false]) {
      const auth = widget({ revocation: { isRevoked: async () => Promise.resolve(revoked) } })
      expect((await ask(auth, widgetToken())).ok).toBe(!revoked)
      expect((await ask(auth, widgetToken())).ok).toBe(!revoked)
    }
  })
})

describe('required filters', () => {
  const org = { attributes: { org: 1 } }

  it('of the profile', async () => {
    const profile = searchIntegration({ algorithms: ['ES256'], filters: { required: true } })
    const auth = search({ profile })
    expect(await refused(askSearch(auth, searchToken()))).toEqual(
      code('filters_missing', 'no filters', 'filters'),
    )
    expect((await askSearch(auth, searchToken({ filters: org }))).ok).toBe(true)
  })

  it('of the tenant', async () => {
    const auth = search({}, { requiredFilterAttributes: ['org', 'team'] })
    for (const filters of [undefined, org, { attributes: { $or: [{ org: 1 }, { team: 1 }] } }])
      expect(await refused(askSearch(auth, searchToken({ filters })))).toEqual(
        code('filters_missing', 'a required attribute', 'filters'),
      )
    const both = { attributes: { org: 1, team: 2 } }
    expect((await askSearch(auth, searchToken({ filters: both }))).ok).toBe(true)
  })

  it('of a tenant are not ignored by a profile that reads none', async () => {
    const auth = widget({ tenants: [{ ...acme, requiredFilterAttributes: ['org'] }] })
    expect(await refused(ask(auth, widgetToken()))).toEqual(
      code('filters_missing', 'a required attribute'),
    )
  })

  it('of a tenant hold anonymous requests too, where the profile reads none', async () => {
    const anonymousFilters = { attributes: { org: 'public' } }
    const open = { ...acme, requireUser: false, anonymousFilters }
    const hint = { 'x-tenant-key': 'acme' }
    const held = widget({ tenants: [{ ...open, requiredFilterAttributes: ['org'] }] })
    const { identity } = await passed(ask(held, undefined, hint))
    expect(identity.filters).toEqual(anonymousFilters)
    const bound = await passed<{ ok: true; identity: Identity }>(held.bindBody(identity, {}))
    expect(bound.identity.filters).toEqual(anonymousFilters)
    expect(await refused(ask(held, widgetToken()))).toEqual(
      code('filters_missing', 'a required attribute'),
    )
    const lacking = widget({ tenants: [{ ...open, requiredFilterAttributes: ['org', 'team'] }] })
    expect(await refused(ask(lacking, undefined, hint))).toEqual(
      code('filters_missing', 'a required attribute'),
    )
  })
})

describe('no token', () => {
  const open: Tenant = { ...acme, requireUser: false }
  const hint = { 'x-tenant-key': 'acme' }

  it('is refused by default', async () => {
    expect(await refused(ask(widget(), undefined))).toEqual(noToken)
    expect(await refused(ask(widget(), undefined, hint))).toEqual(noToken)
  })

  it('is anonymous for a tenant that requires no user', async () => {
    const auth = widget({ tenants: [open] })
    for (const optional of [false, true])
      expect((await passed(ask(auth, undefined, hint, optional))).identity).toEqual({
        kind: 'anonymous',
        tenantId: 'acme',
        userRoles: [],
        userAttributes: {},
        claims: {},
        bodyBound: false,
      })
    expect(await refused(ask(auth, undefined))).toEqual(noToken)
  })

  it('is anonymous where it is optional and no tenant is known', async () => {
    const auth = widget()
    for (const headers of [{}, { 'x-tenant-key': 'unknown' }, { 'x-tenant-key': 'a b' }])
      expect((await passed(ask(auth, undefined, headers, true))).identity).toEqual({
        kind: 'anonymous',
        userRoles: [],
        userAttributes: {},
        claims: {},
        bodyBound: false,
      })
  })

  it('never overrides a tenant that requires a user', async () => {
    expect(await refused(ask(widget(), undefined, hint, true))).toEqual(noToken)
    expect(await refused(ask(widget({ tenant: 'acme' }), undefined, {}, true))).toEqual(noToken)
    expect(await refused(askSearch(search(), undefined, 'acme-key', true))).toEqual(noToken)
  })

  it('still has to name one tenant', async () => {
    const auth = widget({ tenants: [open, globex], tenant: 'globex' })
    expect(await refused(ask(auth, undefined, hint, true))).toEqual(mismatch)
    const keyed = search({ tenant: 'globex' }, { requireUser: false })
    expect(await refused(askSearch(keyed, undefined))).toEqual(mismatch)
  })

  it('of a known API key is anonymous for its tenant', async () => {
    const auth = search({}, { requireUser: false })
    const { identity } = await passed(askSearch(auth, undefined))
    expect(identity).toMatchObject({ kind: 'anonymous', tenantId: 'acme' })
    expect(await refused(askSearch(auth, undefined, 'globex-key'))).toEqual(noToken)
  })

  it('is held to anonymousFilters, and to the attributes that are required', async () => {
    const anonymousFilters = { attributes: { org: 'public' } }
    const held = search(
      {},
      { requireUser: false, anonymousFilters, requiredFilterAttributes: ['org'] },
    )
    expect((await passed(askSearch(held, undefined))).identity.filters).toEqual(anonymousFilters)
    const lacking = search(
      {},
      { requireUser: false, anonymousFilters, requiredFilterAttributes: ['team'] },
    )
    expect(await refused(askSearch(lacking, undefined))).toEqual(
      code('filters_missing', 'a required attribute', 'filters'),
    )
    const profile = searchIntegration({
      algorithms: ['ES256'],
      apiKey: false,
      filters: { required: true },
    })
    expect(await refused(askSearch(search({ profile }), undefined, undefined, true))).toEqual(
      code('filters_missing', 'no filters', 'filters'),
    )
    const plain = widget({ tenants: [{ ...open, anonymousFilters }] })
    expect((await passed(ask(plain, undefined, hint))).identity.filters).toEqual(anonymousFilters)
  })

  it('is the only thing that can be anonymous: a bad token is not', async () => {
    const auth = widget({ tenants: [open] })
    for (const authorization of ['', 'Bearer', 'Bearer ', 'Bearer null', 'Basic x', 'Bearer a.b.c'])
      expect(
        (await auth.authenticate({ headers: { authorization, ...hint } }, { optional: true })).ok,
      ).toBe(false)
  })

  it('in an outage is 503, not a pass', async () => {
    const find = (): never => {
      throw new Error('down')
    }
    const auth = widget({ tenants: { find } })
    expect(await refused(ask(auth, undefined, hint, true))).toEqual(
      code('keys_unavailable', 'the tenant directory'),
    )
    expect((await ask(auth, undefined, {}, true)).ok).toBe(true)
  })
})

describe('events on countersign:outcome', () => {
  it('name the tenant once the directory knows it, and never a claim value', async () => {
    const events = listen('countersign:outcome')
    const auth = widget({ tenants: [{ ...acme, requireUser: false }] })
    const hint = { 'x-tenant-key': 'acme' }
    const { identity } = await passed(ask(auth, widgetToken()))
    for (let time = 0; time < 2; time++) await ask(auth, widgetToken())
    await ask(auth, widgetToken({ tenantId: 'unknown-canary' }))
    await ask(auth, widgetToken({ exp: NOW - 60 }))
    await ask(auth, undefined, hint)
    await ask(auth, undefined, { 'x-tenant-key': 'unknown-canary' }, true)
    auth.bindBody(identity, {})
    auth.bindBody({ ...identity }, {})
    const summary = events.map((event) => [event.phase, event.tenantId, event.code, event.reason])
    expect(events.slice(0, 3).map(({ key }) => key)).toEqual(['#1', '#1', '#1'])
    expect(summary).toEqual([
      ['authenticate', 'acme', 'ok', undefined],
      ['authenticate', 'acme', 'ok', undefined],
      ['authenticate', 'acme', 'ok', undefined],
      ['authenticate', undefined, 'token_rejected', 'unknown tenant'],
      ['authenticate', 'acme', 'token_expired', 'exp is past'],
      ['authenticate', 'acme', 'ok', undefined],
      ['authenticate', undefined, 'ok', undefined],
      ['bind', 'acme', 'ok', undefined],
      ['bind', undefined, 'identity_missing', 'not made here'],
    ])
    expect(events.every(({ profile }) => profile === 'support-widget')).toBe(true)
    expect(JSON.stringify(events)).not.toContain('canary')
  })

  it('name the tenant of an API key before the token is judged', async () => {
    const events = listen('countersign:outcome')
    await askSearch(search(), 'x')
    await askSearch(search(), 'x', 'unknown')
    expect(events.map(({ tenantId, code: name }) => [tenantId, name])).toEqual([
      ['acme', 'token_rejected'],
      [undefined, 'api_key_rejected'],
    ])
  })
})

describe('recheck', () => {
  const old = { alg: 'HS256', secret: SECRET, kid: 'old' } as const
  const fresh = { alg: 'HS256', secret: OTHER_SECRET, kid: 'new' } as const
  const gone = rejected('the tenant or the key is gone')

  it('passes the same identity while nothing changed', async () => {
    const auth = widget()
    const identity = await identityOf(auth, widgetToken())
    expect(auth.recheck(identity)).toEqual({ ok: true, identity })
  })

  it('refuses identities that were not made here', async () => {
    const [auth, other] = [widget(), widget()]
    const identity = await identityOf(other, widgetToken())
    for (const wrong of [identity, { ...identity }, undefined, null, {}])
      expect(await refused(auth.recheck(wrong as never))).toEqual(
        code('identity_missing', 'not made here'),
      )
  })

  it('checks the time', async () => {
    const clock = { at: NOW }
    const auth = widget({ now: () => clock.at * 1000 })
    const identity = await identityOf(auth, widgetToken())
    clock.at = NOW + 629.999
    expect((await auth.recheck(identity)).ok).toBe(true)
    clock.at = NOW + 630
    expect(await refused(auth.recheck(identity))).toEqual(code('token_expired', 'exp is past'))
  })

  it('checks that tenant and key are there, and active', async () => {
    const clock = { at: NOW }
    const directory = memoryDirectory([{ ...acme, keys: [old, fresh] }])
    const auth = widget({ tenants: directory, now: () => clock.at * 1000 })
    const identity = await identityOf(auth, sign(widgetClaims, { alg: 'HS256', secret: SECRET }))
    directory.set({ ...acme, keys: [fresh, { ...old, kid: 'renamed' }] })
    expect((await auth.recheck(identity)).ok).toBe(true)
    directory.set({ ...acme, keys: [{ ...old, notAfter: NOW + 10 }] })
    clock.at = NOW + 9
    expect((await auth.recheck(identity)).ok).toBe(true)
    clock.at = NOW + 10
    expect(await refused(auth.recheck(identity))).toEqual(gone)
    directory.set({ ...acme, keys: [fresh] })
    expect(await refused(auth.recheck(identity))).toEqual(gone)
    directory.delete('acme')
    expect(await refused(auth.recheck(identity))).toEqual(gone)
  })

  it('holds the claims against the record as it is now', async () => {
    const directory = memoryDirectory([acme])
    const auth = widget({ tenants: directory })
    const identity = await identityOf(auth, widgetToken())
    directory.set({ ...acme, maxLifetime: 60 })
    expect(await refused(auth.recheck(identity))).toEqual(
      code('token_lifetime', 'longer than allowed', 'exp'),
    )
    const searching = memoryDirectory([searchTenant])
    const auth2 = search({ tenants: searching })
    const found = await passed(askSearch(auth2, searchToken()))
    searching.set({ ...searchTenant, issuer: 'https://other.example' })
    expect(await refused(auth2.recheck(found.identity))).toEqual(
      code('claims_invalid', 'is another', 'iss'),
    )
    searching.set({ ...searchTenant, requiredFilterAttributes: ['org'] })
    expect(await refused(auth2.recheck(found.identity))).toEqual(
      code('filters_missing', 'a required attribute', 'filters'),
    )
  })

  it('asks about revocation, also where it answers later', async () => {
    let answer: unknown = false
    const auth = widget({ revocation: { isRevoked: () => answer as boolean }, lookupTimeout: 100 })
    const identity = await identityOf(auth, widgetToken())
    expect((await auth.recheck(identity)).ok).toBe(true)
    answer = Promise.resolve(true)
    expect(await refused(auth.recheck(identity))).toEqual(code('token_revoked', 'revoked'))
    answer = new Promise(() => undefined)
    expect(await refused(auth.recheck(identity))).toEqual(
      code('keys_unavailable', 'an unexpected error'),
    )
  })

  it('is 503 in an outage', async () => {
    let find = (): Tenant => acme
    const auth = widget({ tenants: { find: () => find() }, directoryCache: false })
    const identity = await identityOf(auth, widgetToken())
    expect((await auth.recheck(identity)).ok).toBe(true)
    find = () => {
      throw new Error('down')
    }
    expect(await refused(auth.recheck(identity))).toEqual(
      code('keys_unavailable', 'the tenant directory'),
    )
  })

  it('takes identities that were bound to a body', async () => {
    const auth = search({ profile: searchIntegration({ algorithms: ['ES256'], apiKey: false }) })
    const { identity } = await passed(askSearch(auth, searchToken()))
    const bound = auth.bindBody(identity, {})
    if (!bound.ok) return expect.unreachable()
    expect(auth.recheck(bound.identity)).toEqual({ ok: true, identity: bound.identity })
  })

  it('lets an anonymous identity on while its tenant’s record is the same', async () => {
    const open = { ...acme, requireUser: false }
    const directory = memoryDirectory([open])
    const auth = widget({ tenants: directory })
    const { identity } = await passed(ask(auth, undefined, { 'x-tenant-key': 'acme' }))
    expect(auth.recheck(identity)).toEqual({ ok: true, identity })
    directory.set({ ...open, requireUser: true })
    expect(await refused(auth.recheck(identity))).toEqual(noToken)
    directory.delete('acme')
    expect(await refused(auth.recheck(identity))).toEqual(noToken)
  })

  it('lets an anonymous identity without a tenant on', async () => {
    const auth = widget()
    const { identity } = await passed(ask(auth, undefined, {}, true))
    expect(auth.recheck(identity)).toEqual({ ok: true, identity })
  })

  it('lets an anonymous identity on where a directory that is not held gives an equal record', async () => {
    const auth = widget({
      tenants: { find: () => ({ ...acme, requireUser: false }) },
      directoryCache: false,
    })
    const { identity } = await passed(ask(auth, undefined, { 'x-tenant-key': 'acme' }))
    expect((await auth.recheck(identity)).ok).toBe(true)
  })
})

describe('a token of exactly the size that is allowed', () => {
  it('is kept when it passed', async () => {
    const token = widgetToken({ pad: 'x'.repeat(200) })
    const profile = defineProfile({ ...plainRules, limits: { tokenBytes: token.length } })
    const auth = widget({ profile })
    await identityOf(auth, token)
    const headers = { authorization: `Bearer ${token}` }
    expect(auth.authenticate({ headers })).not.toBeInstanceOf(Promise)
    expect(await refused(ask(auth, `${token}x`))).toEqual(
      code('request_invalid', 'the token is too large'),
    )
  })
})

describe('a profile of one’s own', () => {
  it('checks typ and issuer as it says', async () => {
    const profile = defineProfile({ ...plainRules, type: 'at+jwt', issuer: 'i' })
    const auth = widget({ profile })
    expect((await ask(auth, widgetToken({ iss: 'i' }, { typ: 'AT+JWT' }))).ok).toBe(true)
    expect(await refused(ask(auth, widgetToken({ iss: 'i' })))).toEqual(
      rejected('the type is another'),
    )
  })

  it('bounds the depth and size of tokens', async () => {
    const profile = defineProfile({ ...plainRules, limits: { tokenBytes: 256, depth: 2 } })
    const auth = widget({ profile })
    expect((await ask(auth, widgetToken({ a: {} }))).ok).toBe(true)
    expect(await refused(ask(auth, widgetToken({ a: [[]] })))).toEqual(
      rejected('the payload is not a plain JSON object'),
    )
    expect(await refused(ask(auth, widgetToken({ a: 'x'.repeat(100) })))).toEqual(
      code('request_invalid', 'the token is too large'),
    )
  })
})
