import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { createAuthenticator, isAuthenticator, type Authenticator } from '../src/authenticator.ts'
import { memoryDirectory } from '../src/directory/memory.ts'
import { searchIntegration } from '../src/profiles/search-integration.ts'
import { supportWidget } from '../src/profiles/support-widget.ts'
import type { Tenant } from '../src/tenant.ts'
import type { NotReady } from '../src/tenant-lookup/warm.ts'
import { listen } from './fixtures/events.ts'
import { OTHER_SECRET, SECRET, p256 } from './fixtures/keys.ts'
import { partsOf, passed, refused } from './fixtures/refusals.ts'
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

  const broken = (): never => {
    throw new Error('canary')
  }
  it.each<[string, () => unknown]>([
    ['throws', broken],
    ['says NaN', () => NaN],
    ['says Infinity', () => Infinity],
    ['says -Infinity', () => -Infinity],
    ['says nothing', () => undefined],
    ['says a bigint', () => 5n],
  ])('answers 503 everywhere where its clock %s', async (_, say) => {
    for (const tokenCache of [{}, false] as const) {
      const clock: { say: () => unknown } = { say: () => NOW * 1000 }
      const tenants = [{ ...acme, requireUser: false }]
      const auth = make({ tenants, tokenCache, now: () => clock.say() })
      const { identity } = await passed(ask(auth))
      const anonymous = await passed(auth.authenticate({ headers: { 'x-tenant-key': 'acme' } }))
      clock.say = say
      // Seen before or not, valid or long past: a clock that does not tell the time judges none of them.
      for (const token of [
        widgetToken(),
        widgetToken({ userId: 'u-2' }),
        widgetToken({ iat: 0, exp: 60 }),
      ]) {
        expect(await refused(ask(auth, token))).toEqual(unexpected)
        await expect(auth.verify(token)).rejects.toMatchObject({ code: 'keys_unavailable' })
      }
      expect(await refused(auth.recheck(identity))).toEqual(unexpected)
      for (const one of [identity, anonymous.identity])
        expect(await refused(auth.bindBody(one, {}))).toEqual(unexpected)
      clock.say = () => NOW * 1000
      expect((await ask(auth)).ok).toBe(true)
    }
  })

  it('tells of a body that is refused, or of an identity that is not its own, to whoever listens', async () => {
    const events = listen('countersign:outcome')
    const auth = make()
    const { identity } = await passed(ask(auth))
    expect(auth.bindBody(identity, {}).ok).toBe(true)
    expect(auth.bindBody({ ...identity }, {}).ok).toBe(false)
    expect((await auth.recheck({ ...identity })).ok).toBe(false)
    expect(events.map(({ phase, tenantId, code }) => [phase, tenantId, code])).toEqual([
      ['authenticate', 'acme', 'ok'],
      ['bind', 'acme', 'ok'],
      ['bind', undefined, 'identity_missing'],
      ['recheck', undefined, 'identity_missing'],
    ])
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
    clock.at = NOW + 44 // a refresh is due at 45 s, or a little later
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

  it('is read ahead by warm, which tells what is not ready', async () => {
    const calls: string[] = []
    const find = (id: string): Tenant | undefined => {
      calls.push(id)
      return id === 'acme' ? acme : undefined
    }
    const auth = make({ tenants: { find } })
    expect(await auth.warm(['acme', 'globex'])).toEqual([{ id: 'globex', why: 'unknown' }])
    expectTypeOf(auth.warm).returns.resolves.toEqualTypeOf<readonly NotReady[]>()
    expect((await ask(auth, widgetToken())).ok).toBe(true)
    expect(calls).toEqual(['acme', 'globex'])
    // @ts-expect-error a text is a list of letters
    await expect(auth.warm('acme')).rejects.toBeInstanceOf(TypeError)
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

describe('a directory that is not held (directoryCache: false)', () => {
  /** Answers later, with a record of its own each time, as a database does. */
  const asking = (record: () => Tenant): { find: () => Promise<Tenant>; calls: () => number } => {
    let calls = 0
    return {
      find: async () => {
        calls += 1
        return Promise.resolve(structuredClone(record()))
      },
      calls: () => calls,
    }
  }

  it('still keeps verdicts while its records are equal', async () => {
    const directory = asking(() => acme)
    const auth = make({ tenants: directory, directoryCache: false })
    const first = await passed(ask(auth))
    const second = await passed(ask(auth))
    expect(directory.calls()).toBe(2)
    expect(second.identity).toBe(first.identity)
    expect(Object.isFrozen(second.identity)).toBe(true)
  })

  it('ends a verdict with the first record that differs', async () => {
    let record = acme
    const auth = make({ tenants: asking(() => record), directoryCache: false })
    expect((await ask(auth)).ok).toBe(true)
    record = { ...acme, keys: [{ alg: 'HS256', secret: OTHER_SECRET }] }
    expect(await refused(ask(auth))).toMatchObject({ code: 'token_rejected' })
  })

  it('takes its word for a revision, until the tenant is invalidated', async () => {
    let record: Tenant = { ...acme, revision: '1' }
    const auth = make({ tenants: asking(() => record), directoryCache: false })
    const { identity } = await passed(ask(auth))
    record = { ...record, keys: [{ alg: 'HS256', secret: OTHER_SECRET }] }
    expect((await passed(ask(auth))).identity).toBe(identity)
    auth.invalidate('globex')
    expect((await passed(ask(auth))).identity).toBe(identity)
    auth.invalidate('acme')
    expect(await refused(ask(auth))).toMatchObject({ code: 'token_rejected' })
    expect(await refused(auth.recheck(identity))).toMatchObject({ code: 'token_rejected' })
  })
})

describe('two API keys of one tenant', () => {
  it.each([[false], [{}]] as const)('share verdicts, with directoryCache: %j', async (cache) => {
    const hashOf = (key: string): string =>
      `sha256:${createHash('sha256').update(key).digest('hex')}`
    const record: Tenant = { ...searchAcme, apiKeyHashes: [hashOf('one'), hashOf('two')] }
    let calls = 0
    const findByApiKeyHash = async (): Promise<Tenant> => {
      calls += 1
      return Promise.resolve(structuredClone(record))
    }
    const auth = createAuthenticator({
      profile: searchIntegration({ algorithms: ['ES256'] }),
      tenants: { find: () => null, findByApiKeyHash },
      directoryCache: cache,
      now: () => NOW * 1000,
    })
    const token = searchToken()
    const [one, two] = [
      await auth.verify(token, { apiKey: 'one' }),
      await auth.verify(token, { apiKey: 'two' }),
    ]
    expect(calls).toBe(2)
    expect(two).toBe(one)
  })
})

describe('the token cache', () => {
  const identityOf = async (...args: Parameters<typeof ask>): Promise<unknown> =>
    (await passed(ask(...args))).identity

  it('is bounded in entries', async () => {
    const auth = make({ tokenCache: { maxEntries: 1 } })
    const [a, b] = [widgetToken(), widgetToken({ userId: 'u-2' })]
    const first = await identityOf(auth, a)
    expect(await identityOf(auth, a)).toBe(first)
    expect(await identityOf(auth, b)).toBe(await identityOf(auth, b))
    expect(await identityOf(auth, a)).not.toBe(first)
  })

  it('is bounded in bytes', async () => {
    const auth = make({ tokenCache: { maxBytes: 65_536 } })
    const tokens = Array.from({ length: 4 }, (_, i) =>
      widgetToken({ userId: `u-${i}`, more: 'x'.repeat(4000) }),
    )
    const first: unknown[] = []
    for (const token of tokens) first.push(await identityOf(auth, token))
    expect(await identityOf(auth, tokens[3])).toBe(first[3])
    const again: unknown[] = []
    for (const token of tokens) again.push(await identityOf(auth, token))
    expect(again.every((identity, n) => identity === first[n])).toBe(false)
  })
})

describe('verify under a polluted Object.prototype', () => {
  it.each<[string, string]>([
    ['tenant', 'globex'],
    ['apiKey', 'acme-key'],
  ])('takes no "%s" hint from it', async (name, value) => {
    const auth =
      name === 'tenant'
        ? make()
        : createAuthenticator({
            profile: searchIntegration({ algorithms: ['ES256'] }),
            tenants: [searchAcme],
            now: () => NOW * 1000,
          })
    const token = name === 'tenant' ? widgetToken() : searchToken()
    const told = async (): Promise<unknown> =>
      auth.verify(token, {}).then(
        ({ kind }) => kind,
        (error: { code: string }) => error.code,
      )
    const clean = await told()
    Object.assign(Object.prototype, { [name]: value })
    let dirty: unknown
    try {
      dirty = await told()
    } finally {
      Reflect.deleteProperty(Object.prototype, name)
    }
    expect(dirty).toBe(clean)
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

  it('knows a token that came in a request, in whatever spelling of the scheme, as the same one', async () => {
    const auth = make()
    const token = widgetToken()
    const identity = await auth.verify(token)
    for (const scheme of ['Bearer', 'bearer', 'BEARER'])
      expect(await auth.authenticate({ headers: { authorization: `${scheme} ${token}` } })).toEqual(
        {
          ok: true,
          identity,
        },
      )
    expect(await auth.verify(token)).toBe(identity)
    expect(
      await auth.authenticate({ headers: { authorization: `Bearer Bearer ${token}` } }),
    ).toMatchObject({ ok: false, error: { code: 'token_rejected' } })
    expect(await rejection(auth.verify(`Bearer ${token}`))).toMatchObject({
      code: 'token_rejected',
    })
  })

  it('refuses a text that is too long for a token, by its length alone, after the API key', async () => {
    const long = 'a'.repeat(1e6)
    expect(await rejection(make().verify(long))).toMatchObject({ code: 'request_invalid' })
    for (const length of [8192, 8193]) {
      const code = length > 8192 ? 'request_invalid' : 'token_rejected'
      expect(await rejection(make().verify('a'.repeat(length)))).toMatchObject({ code })
    }
    expect(await rejection(search.verify(long))).toMatchObject({ code: 'api_key_rejected' })
  })

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

  it('that gives data out has it cached, frozen to the bottom', async () => {
    const value = { a: [{ b: 1 }], c: null }
    const auth = schema(() => ({ value: structuredClone(value) }))
    const first = await passed(ask(auth))
    const hit = ask(auth)
    expect(hit).not.toBeInstanceOf(Promise)
    expect((await passed(hit)).identity).toBe(first.identity)
    const custom = first.identity.custom as typeof value
    expect(custom).toEqual(value)
    for (const part of [custom, custom.a, custom.a[0]]) expect(Object.isFrozen(part)).toBe(true)
  })

  class Account {
    plan = 'free'
  }
  it.each<[string, () => unknown, (custom: never) => void, (custom: never) => unknown]>([
    ['a date', () => new Date(0), (date: Date) => date.setTime(5), (date: Date) => date.getTime()],
    [
      'a map',
      () => new Map([['plan', 'free']]),
      (map: Map<string, string>) => map.set('plan', 'pro'),
      (map: Map<string, string>) => map.get('plan'),
    ],
    [
      'a set',
      () => new Set(['agent']),
      (set: Set<string>) => set.add('admin'),
      (set: Set<string>) => [...set],
    ],
    [
      'a map deep in data',
      () => ({ a: [{ b: new Map([['plan', 'free']]) }] }),
      (data: { a: [{ b: Map<string, string> }] }) => data.a[0].b.set('plan', 'pro'),
      (data: { a: [{ b: Map<string, string> }] }) => data.a[0].b.get('plan'),
    ],
    [
      'bytes',
      () => Uint8Array.of(1),
      (bytes: Uint8Array) => bytes.fill(9),
      (bytes: Uint8Array) => [...bytes],
    ],
    [
      'a function with a state',
      () => Object.assign(() => 1, { state: new Set<number>() }),
      (counter: { state: Set<number> }) => counter.state.add(1),
      (counter: { state: Set<number> }) => counter.state.size,
    ],
    [
      'an instance of a class of one’s own',
      () => ({ of: [new Account()] }),
      () => undefined,
      (data: { of: [Account] }) => data.of[0].plan,
    ],
  ])(
    'that gives out %s is asked for every request: none sees another’s',
    async (_, make_, change, read) => {
      let calls = 0
      const auth = schema(() => {
        calls += 1
        return { value: make_() }
      })
      const first = (await passed(ask(auth))).identity
      const before = read(first.custom as never)
      change(first.custom as never)
      const second = (await passed(ask(auth))).identity
      expect(calls).toBe(2)
      expect(second).not.toBe(first)
      expect(second.custom).not.toBe(first.custom)
      expect(read(second.custom as never)).toEqual(before)
      expect((await auth.recheck(second)).ok).toBe(true)
    },
  )
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
