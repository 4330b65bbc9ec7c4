import { describe, expect, it } from 'vitest'
import { createAuthenticator, type Authenticator } from '../src/authenticator.ts'
import type { BindOutcome } from '../src/binding.ts'
import type { AuthError } from '../src/errors.ts'
import type { Identity } from '../src/identity.ts'
import { searchIntegration } from '../src/profiles/search-integration.ts'
import { supportWidget } from '../src/profiles/support-widget.ts'
import { defineProfile } from '../src/profile.ts'
import type { Tenant } from '../src/tenant.ts'
import { SECRET, p256 } from './fixtures/keys.ts'
import { plainRules } from './fixtures/profiles.ts'
import { passed, refused } from './fixtures/refusals.ts'
import { NOW, searchToken, widgetToken } from './fixtures/tokens.ts'

const acme: Tenant = {
  id: 'acme',
  issuer: 'https://acme.example',
  keys: [{ alg: 'ES256', publicKey: p256().pem }],
}
type Options = NonNullable<Parameters<typeof searchIntegration>[0]>
const profileOf = (options: Options = {}): ReturnType<typeof searchIntegration> =>
  searchIntegration({ algorithms: ['ES256'], apiKey: false, ...options })

interface Made {
  readonly auth: Authenticator
  readonly identity: Identity
  readonly bind: (body: unknown) => BindOutcome
  readonly clock: { at: number }
}

async function make(
  claims: object = {},
  options: Options = {},
  tenant: object = {},
): Promise<Made> {
  const clock = { at: NOW }
  const auth = createAuthenticator({
    profile: profileOf(options),
    tenants: [{ ...acme, ...tenant }],
    now: () => clock.at * 1000,
  })
  const headers = { 'user-token': searchToken(claims) }
  const { identity } = await passed(auth.authenticate({ headers }))
  return { auth, identity, bind: (body) => auth.bindBody(identity, body), clock }
}

async function anonymous(
  tenant: object = { requireUser: false },
  named: string | undefined = 'acme',
): Promise<Made> {
  const clock = { at: NOW }
  const auth = createAuthenticator({
    profile: profileOf(),
    tenants: [{ ...acme, ...tenant }],
    tenant: () => named,
    now: () => clock.at * 1000,
  })
  const { identity } = await passed(auth.authenticate({ headers: {} }, { optional: true }))
  return { auth, identity, bind: (body) => auth.bindBody(identity, body), clock }
}

const bound = async (made: Made, body: unknown): Promise<Extract<BindOutcome, { ok: true }>> =>
  passed<Extract<BindOutcome, { ok: true }>>(made.bind(body))
const faultsOf = (outcome: BindOutcome): unknown =>
  outcome.ok ? expect.unreachable('it passed') : [outcome.error.code, outcome.error.errors]
const mismatch = (reason: string): object => ({
  code: 'tenant_mismatch',
  reason,
  claim: undefined,
})

describe('a body with a member named __proto__', () => {
  it('is refused, since a copy made with Object.assign would inherit what it says', async () => {
    const made = await make()
    for (const text of [
      '{"__proto__":{"admin":true}}',
      '{"integrationId":"acme","__proto__":null}',
    ])
      expect(faultsOf(made.bind(JSON.parse(text)))).toEqual([
        'body_invalid',
        [{ pointer: '', detail: 'The body has a member that is not allowed.' }],
      ])
  })
})

describe('the identity', () => {
  it('comes back with the effective filter and bodyBound, frozen', async () => {
    const made = await make({ filters: { attributes: { org: 1 } }, userId: 'u' })
    const { identity, dropped } = await bound(made, {})
    expect(identity).toEqual({
      ...made.identity,
      filters: { attributes: { org: 1 } },
      bodyBound: true,
    })
    expect(dropped).toEqual([])
    expect(Object.isFrozen(identity)).toBe(true)
    expect(made.identity.bodyBound).toBe(false)
  })

  it('of another authenticator, or made by hand, is refused', async () => {
    const [one, two] = [await make(), await make()]
    const notMade = { code: 'identity_missing', reason: 'not made here', claim: undefined }
    expect(await refused(one.auth.bindBody(two.identity, {}))).toEqual(notMade)
    expect(await refused(one.auth.bindBody({ ...one.identity }, {}))).toEqual(notMade)
    for (const nothing of [undefined, null, 'x'])
      expect(await refused(one.auth.bindBody(nothing as never, {}))).toEqual(notMade)
  })

  it('that has expired meanwhile is refused, at exp + tolerance exactly', async () => {
    const made = await make({ exp: NOW + 60 })
    made.clock.at = NOW + 89.999
    expect(made.bind({}).ok).toBe(true)
    made.clock.at = NOW + 90
    const expired = {
      code: 'token_expired',
      reason: 'exp passed before the body was bound',
      claim: undefined,
    }
    expect(await refused(made.bind({}))).toEqual(expired)
    expect(await refused(made.bind(undefined))).toEqual(expired)
  })

  it('that is anonymous does not expire', async () => {
    const made = await anonymous()
    made.clock.at = NOW * 2
    expect(made.bind({}).ok).toBe(true)
  })

  it('can be bound again, with the signed filter and not the effective one', async () => {
    const made = await make({ filters: { attributes: { org: 1 } } })
    const once = await bound(made, { filters: { attributes: { a: 1 } } })
    expect(once.identity.filters).toEqual({ attributes: { $and: [{ org: 1 }, { a: 1 }] } })
    const again = await passed<Extract<BindOutcome, { ok: true }>>(
      made.auth.bindBody(once.identity, { filters: { attributes: { b: 2 } } }),
    )
    expect(again.identity.filters).toEqual({ attributes: { $and: [{ org: 1 }, { b: 2 }] } })
  })
})

describe('a profile that binds no body', () => {
  it('gives body and identity back as they are, and still minds the time', async () => {
    const clock = { at: NOW }
    const auth = createAuthenticator({
      profile: supportWidget(),
      tenants: [{ id: 'acme', keys: [{ alg: 'HS256', secret: SECRET }] }],
      now: () => clock.at * 1000,
    })
    const headers = { authorization: `Bearer ${widgetToken()}` }
    const { identity } = await passed(auth.authenticate({ headers }))
    for (const body of [undefined, null, 'text', [1], { tenantId: 'globex' }])
      expect(auth.bindBody(identity, body)).toEqual({ ok: true, identity, body, dropped: [] })
    clock.at = NOW + 630
    expect(await refused(auth.bindBody(identity, {}))).toMatchObject({ code: 'token_expired' })
  })
})

describe('the body', () => {
  it('may be absent', async () => {
    const made = await make({ filters: { attributes: { org: 1 } } }, { body: 'required' })
    const { body, identity } = await bound(made, undefined)
    expect(body).toBeUndefined()
    expect(identity.filters).toEqual({ attributes: { org: 1 } })
    expect(identity.bodyBound).toBe(true)
  })

  it('comes back as a new object, everything else as it was', async () => {
    const made = await make()
    const given = { query: 'x', deep: { a: 1 } }
    const { body } = await bound(made, given)
    expect(body).toEqual(given)
    expect(body).not.toBe(given)
  })

  it.each([
    [null],
    [[]],
    ['{}'],
    [7],
    [true],
    [Buffer.from('{}')],
    [new Map()],
    [new URL('https://a.example')],
  ])('is refused as %j: not a plain object', async (given) => {
    const made = await make()
    expect(faultsOf(made.bind(given))).toEqual([
      'body_invalid',
      [{ pointer: '', detail: 'The body must be an object.' }],
    ])
    expect(await refused(made.bind(given))).toEqual({
      code: 'body_invalid',
      reason: 'the body',
      claim: undefined,
    })
  })

  it('is read once: a getter cannot show the handler something else', async () => {
    const made = await make()
    let reads = 0
    const { body } = await bound(made, {
      get integrationId() {
        reads += 1
        return reads === 1 ? 'acme' : 'globex'
      },
    })
    expect(body).toEqual({ integrationId: 'acme' })
  })

  it('whose getter throws is 503, as every unknown error', async () => {
    const made = await make()
    const given = {
      get x() {
        throw new Error('canary')
      },
    }
    expect(await refused(made.bind(given))).toEqual({
      code: 'keys_unavailable',
      reason: 'an unexpected error',
      claim: undefined,
    })
  })
})

describe('the tenant in the body', () => {
  it('equals the token’s, in either spelling', async () => {
    const made = await make()
    for (const body of [
      { integrationId: 'acme' },
      { integration_id: 'acme' },
      { integrationId: 'acme', integration_id: 'acme' },
      {},
    ])
      expect((await bound(made, body)).body).toEqual(body)
  })

  it.each([
    [{ integrationId: 'globex' }],
    [{ integration_id: 'globex' }],
    [{ integrationId: 'acme', integration_id: 'globex' }],
    [{ integrationId: 'globex', integration_id: 'acme' }],
    [{ integrationId: 'Acme' }],
    [{ integrationId: '' }],
    [{ integrationId: null }],
    [{ integrationId: undefined }],
    [{ integrationId: ['acme'] }],
    [{ integrationId: { toString: () => 'acme' } }],
    [{ integrationId: 7 }],
  ])('is refused as %j', async (body) => {
    expect(await refused((await make()).bind(body))).toEqual(
      mismatch('the body names another tenant'),
    )
  })

  it('has to be there where the profile says so', async () => {
    const made = await make({}, { body: 'required' })
    expect(await refused(made.bind({}))).toEqual(mismatch('the body names no tenant'))
    const inherited = Object.create(null) as object
    expect(await refused(made.bind(inherited))).toEqual(mismatch('the body names no tenant'))
    expect((await bound(made, { integration_id: 'acme' })).ok).toBe(true)
  })

  it('is compared before the filters are read', async () => {
    const made = await make()
    expect(await refused(made.bind({ integrationId: 'globex', filters: 7 }))).toMatchObject({
      code: 'tenant_mismatch',
    })
  })

  it('may not be named by a request that has none of its own', async () => {
    const unknown = await anonymous({}, 'globex')
    expect(unknown.identity.tenantId).toBeUndefined()
    for (const body of [{ integrationId: 'globex' }, { integrationId: undefined }])
      expect(await refused(unknown.bind(body))).toEqual(mismatch('the body names another tenant'))
    expect((await bound(unknown, { query: 'x' })).body).toEqual({ query: 'x' })
    const known = await anonymous()
    expect((await bound(known, { integrationId: 'acme' })).ok).toBe(true)
  })
})

describe('filters', () => {
  const org = { attributes: { org: 1 } }

  it('are the token’s where the body has none, and are put in the body', async () => {
    const made = await make({ filters: org })
    for (const given of [
      {},
      { filters: null },
      { filters: {} },
      { filters: { attributes: {} } },
      { filters: undefined },
    ]) {
      const { body, identity, dropped } = await bound(made, given)
      expect(body).toEqual({ filters: org })
      expect(identity.filters).toEqual(org)
      expect(dropped).toEqual([])
    }
  })

  it('are the body’s own where the token has none', async () => {
    const made = await make()
    const { body, identity } = await bound(made, {
      filters: { attributes: { b: { $eq: 2 }, a: 1 } },
    })
    expect(identity.filters).toEqual({ attributes: { b: { $eq: 2 }, a: 1 } })
    expect(body).toEqual({ filters: { attributes: { b: { $eq: 2 }, a: 1 } } })
  })

  it('are taken out of the body where there is none in effect', async () => {
    const made = await make()
    for (const filters of [null, {}, { attributes: {} }, undefined]) {
      const { body, identity } = await bound(made, { filters, q: 1 })
      expect(body).toEqual({ q: 1 })
      expect(identity.filters).toBeUndefined()
    }
    expect((await bound(made, {})).body).toEqual({})
  })

  it('of the body that contradict are dropped, by name', async () => {
    const made = await make({ filters: org })
    const { body, identity, dropped } = await bound(made, {
      filters: { attributes: { org: 2, team: 'x' } },
    })
    expect(identity.filters).toEqual({ attributes: { $and: [{ org: 1 }, { team: 'x' }] } })
    expect(body).toEqual({ filters: { attributes: { $and: [{ org: 1 }, { team: 'x' }] } } })
    expect(dropped).toEqual([{ key: 'org', clause: { org: 2 }, reason: 'contradicts' }])
  })

  it('that contradict are 403 under strict', async () => {
    const made = await make({ filters: org }, { filters: { policy: 'strict' } })
    expect(await refused(made.bind({ filters: { attributes: { org: 2 } } }))).toEqual({
      code: 'filter_conflict',
      reason: 'filter_conflict',
      claim: undefined,
    })
    expect((await bound(made, { filters: { attributes: { org: 1 } } })).ok).toBe(true)
  })

  it('of the body count for nothing under replace', async () => {
    const made = await make({ filters: org }, { filters: { policy: 'replace' } })
    const { body, dropped } = await bound(made, { filters: { attributes: { x: 1 } } })
    expect(body).toEqual({ filters: org })
    expect(dropped).toEqual([{ key: 'x', clause: { x: 1 }, reason: 'replaced' }])
  })

  it('in the body are the handler’s own: what it changes is not what the next request sees', async () => {
    const made = await make({ filters: org })
    const first = await bound(made, {})
    const filters = (first.body as { filters: { attributes: { org: number } } }).filters
    filters.attributes.org = 99
    expect((await bound(made, {})).body).toEqual({ filters: org })
    expect(first.identity.filters).toEqual(org)
  })

  it.each([
    [[], '/filters'],
    ['x', '/filters'],
    [7, '/filters'],
    [{ canary: 1 }, '/filters'],
    [{ attributes: 7 }, '/filters/attributes'],
    [{ attributes: { canary: null } }, '/filters/attributes'],
    [{ attributes: { canary: { $ne: 1 } } }, '/filters/attributes'],
    [
      { attributes: { $and: [{ a: 1 }, { canary: { $in: [1, null] } }] } },
      '/filters/attributes/$and/1',
    ],
    [{ attributes: { $or: [{ $and: [] }] } }, '/filters/attributes/$or/0/$and'],
    [{ attributes: { $canary: 1 } }, '/filters/attributes'],
    [{ attributes: { $eqx: 1 } }, '/filters/attributes'],
    [{ attributes: { canary: { $in: 7 } } }, '/filters/attributes'],
    [
      { attributes: { $or: [...Array.from({ length: 12 }, () => ({ a: 1 })), 7] } },
      '/filters/attributes/$or/12',
    ],
  ])(
    'that break the grammar are refused with a pointer of known words: %j',
    async (filters, pointer) => {
      const outcome = (await make()).bind({ filters })
      expect(faultsOf(outcome)).toEqual([
        'body_invalid',
        [{ pointer, detail: 'Not a filter of the accepted grammar.' }],
      ])
      expect(JSON.stringify((outcome as { error: AuthError }).error)).not.toContain('canary')
    },
  )

  it('are held to the limits of the profile', async () => {
    const made = await make({}, { filters: { limits: { values: 1 } } })
    expect((await bound(made, { filters: { attributes: { a: 1 } } })).ok).toBe(true)
    expect(faultsOf(made.bind({ filters: { attributes: { a: { $in: [1, 2] } } } }))).toEqual([
      'body_invalid',
      [{ pointer: '/filters/attributes', detail: 'Not a filter of the accepted grammar.' }],
    ])
  })

  it('of an anonymous request are those of its tenant, as if signed', async () => {
    const made = await anonymous({
      requireUser: false,
      anonymousFilters: { attributes: { org: 'public' } },
    })
    const { body, identity } = await bound(made, { filters: { attributes: { org: 'secret' } } })
    expect(body).toEqual({ filters: { attributes: { org: 'public' } } })
    expect(identity).toMatchObject({ kind: 'anonymous', bodyBound: true })
  })

  it('in a body are not looked at where the profile names no member', async () => {
    const rules = { ...plainRules, body: { tenant: [], when: 'when-present' as const } }
    for (const filters of [null, { claim: 'f', body: null }]) {
      const auth = createAuthenticator({
        profile: defineProfile({ ...rules, filters }),
        tenants: [{ id: 'acme', keys: [{ alg: 'HS256', secret: SECRET }] }],
        now: () => NOW * 1000,
      })
      const headers = { authorization: `Bearer ${widgetToken({ f: org })}` }
      const { identity } = await passed(auth.authenticate({ headers }))
      const body = { filters: 7, f: 8, userAttributes: 9, tenantId: 'globex' }
      const outcome = auth.bindBody(identity, body)
      expect(outcome).toMatchObject({ ok: true, body, dropped: [] })
      expect(outcome.ok && outcome.identity.filters).toEqual(filters === null ? undefined : org)
    }
  })
})

describe('user attributes', () => {
  it('of the token win whole, also in the spelling that was present', async () => {
    const made = await make({ userAttributes: { a: 1 } })
    for (const given of [{}, { userAttributes: { b: 2 } }, { userAttributes: null }])
      expect((await bound(made, given)).body).toEqual({ userAttributes: { a: 1 } })
    expect((await bound(made, { user_attributes: { b: 2 } })).body).toEqual({
      user_attributes: { a: 1 },
      userAttributes: { a: 1 },
    })
    expect((await bound(made, { userAttributes: {}, user_attributes: null })).body).toEqual({
      user_attributes: { a: 1 },
      userAttributes: { a: 1 },
    })
  })

  it('of the token win also when they are {}', async () => {
    const made = await make({ userAttributes: {} })
    expect((await bound(made, { userAttributes: { b: 2 } })).body).toEqual({
      userAttributes: {},
    })
  })

  it('of the body count, in the body only, where the token has none', async () => {
    const made = await make()
    for (const name of ['userAttributes', 'user_attributes']) {
      const { body, identity } = await bound(made, { [name]: { b: [2] } })
      expect(body).toEqual({ [name]: { b: [2] } })
      expect(identity.userAttributes).toEqual({})
    }
    expect((await bound(made, {})).body).toEqual({})
  })

  it('of the body are copied', async () => {
    const made = await make()
    const given = { userAttributes: { b: [2] } }
    const { body } = await bound(made, given)
    expect((body as typeof given).userAttributes).not.toBe(given.userAttributes)
    expect((body as typeof given).userAttributes.b).not.toBe(given.userAttributes.b)
  })

  it('in the body are the handler’s own, and can be changed', async () => {
    const made = await make({ userAttributes: { a: { b: 1 } } })
    const { body } = await bound(made, {})
    ;(body as { userAttributes: { a: { b: number } } }).userAttributes.a.b = 99
    expect(made.identity.userAttributes).toEqual({ a: { b: 1 } })
  })

  it('that are null mean none', async () => {
    const made = await make()
    expect((await bound(made, { userAttributes: null, user_attributes: null })).body).toEqual({})
    expect((await bound(made, { user_attributes: null, x: 1 })).body).toEqual({ x: 1 })
  })

  it('in two spellings have to agree', async () => {
    const made = await make()
    const same = { userAttributes: { a: 1, b: 2 }, user_attributes: { b: 2, a: 1 } }
    expect((await bound(made, same)).body).toEqual(same)
    for (const [userAttributes, user_attributes] of [
      [{ a: 1 }, { a: 2 }],
      [{ a: 1 }, {}],
      [null, { a: 1 }],
      [{ a: 1 }, null],
    ])
      expect(faultsOf(made.bind({ userAttributes, user_attributes }))).toEqual([
        'body_invalid',
        [{ pointer: '/user_attributes', detail: 'Two spellings of the user attributes differ.' }],
      ])
  })

  it('in two spellings have to agree also where the token’s win', async () => {
    const made = await make({ userAttributes: { a: 1 } })
    const outcome = made.bind({ userAttributes: { a: 1 }, user_attributes: { a: 2 } })
    expect(await refused(outcome)).toMatchObject({ code: 'body_invalid' })
  })

  it.each([[7], ['x'], [[]], [undefined], [{ constructor: 1 }], [{ a: 'x'.repeat(8192) }]])(
    'that break the grammar are refused: %j',
    async (value) => {
      const made = await make()
      for (const name of ['userAttributes', 'user_attributes'])
        expect(faultsOf(made.bind({ [name]: value }))).toEqual([
          'body_invalid',
          [
            {
              pointer: `/${name}`,
              detail: 'Not an object of JSON values, or too large or too deep.',
            },
          ],
        ])
    },
  )

  it('come after the filters', async () => {
    const made = await make()
    expect(faultsOf(made.bind({ filters: 7, userAttributes: 7 }))).toMatchObject([
      'body_invalid',
      [{ pointer: '/filters' }],
    ])
  })

  it('are put in no body where the profile names no member', async () => {
    const auth = createAuthenticator({
      profile: defineProfile({
        ...plainRules,
        userAttributes: { claim: 'ua', body: [] },
        body: { tenant: [], when: 'when-present' },
      }),
      tenants: [{ id: 'acme', keys: [{ alg: 'HS256', secret: SECRET }] }],
      now: () => NOW * 1000,
    })
    const headers = { authorization: `Bearer ${widgetToken({ ua: { a: 1 } })}` }
    const { identity } = await passed(auth.authenticate({ headers }))
    expect(auth.bindBody(identity, { ua: 7 })).toMatchObject({ ok: true, body: { ua: 7 } })
    expect(identity.userAttributes).toEqual({ a: 1 })
  })
})
