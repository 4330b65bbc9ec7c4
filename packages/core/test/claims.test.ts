import { describe, expect, it } from 'vitest'
import { parseJsonObject } from '../src/json.ts'
import { checkTokenTimes, judgeClaims, type JudgedClaims } from '../src/claims.ts'
import { defineProfile } from '../src/profile.ts'
import { prepareTenant } from '../src/tenant.ts'
import type { VerifiedIdentity } from '../src/identity.ts'
import { SECRET } from './fixtures/keys.ts'
import { plainRules } from './fixtures/profiles.ts'
import { refusalOf, thrownBy } from './fixtures/refusals.ts'
import { NOW } from './fixtures/tokens.ts'
import { unhandledIn } from './fixtures/unhandled.ts'

interface Case {
  readonly rules?: object
  readonly tenant?: object
}
const clock = { now: NOW, tolerance: 30 }
const claimsOf = (over: object): Record<string, unknown> => ({
  tenantId: 'acme',
  exp: NOW + 60,
  ...over,
})
const profileOf = (rules: object = {}): ReturnType<typeof defineProfile> =>
  defineProfile({ ...plainRules, ...rules })
const tenantOf = (over: object = {}): ReturnType<typeof prepareTenant> =>
  prepareTenant({ id: 'acme', keys: [{ alg: 'HS256', secret: SECRET }], ...over })
const judge = (over: object, { rules, tenant }: Case = {}): JudgedClaims<unknown> =>
  judgeClaims(claimsOf(over), profileOf(rules), tenantOf(tenant), clock)
const identity = (over: object, of?: Case): VerifiedIdentity => judge(over, of).identity
const refused = (over: object, of?: Case): unknown => refusalOf(() => judge(over, of))
const invalid = (claim: string, reason: string): object => ({
  code: 'claims_invalid',
  reason,
  claim,
})

describe('an identity', () => {
  it('has what every token has, and nothing that was not signed', () => {
    expect(identity({})).toEqual({
      kind: 'verified',
      tenantId: 'acme',
      userRoles: [],
      userAttributes: {},
      expiresAt: NOW + 60,
      claims: { tenantId: 'acme', exp: NOW + 60 },
      custom: undefined,
      bodyBound: false,
    })
  })

  it('has everything that was signed', () => {
    const rules = {
      user: { id: 'uid', email: 'mail', roles: 'roles', plan: 'plan' },
      filters: { claim: 'filters', body: null },
      userAttributes: { claim: 'attributes', body: [] },
    }
    const signed = {
      uid: 'u-1',
      mail: 'u@acme.example',
      roles: ['admin', ''],
      plan: 'pro',
      filters: { attributes: { org: 7 } },
      attributes: { a: { b: [1] } },
      iat: NOW - 1,
      more: { x: [1] },
    }
    const judged = judge(signed, { rules })
    expect(judged.identity).toEqual({
      kind: 'verified',
      tenantId: 'acme',
      userId: 'u-1',
      userEmail: 'u@acme.example',
      userRoles: ['admin', ''],
      plan: 'pro',
      userAttributes: { a: { b: [1] } },
      filters: { attributes: { org: 7 } },
      issuedAt: NOW - 1,
      expiresAt: NOW + 60,
      claims: claimsOf(signed),
      custom: undefined,
      bodyBound: false,
    })
    expect(judged.filters).toEqual({ attributes: { org: 7 } })
  })

  it('is frozen below its own members; what is made of the claims is a copy where it could be another', () => {
    const rules = {
      user: { id: null, email: null, roles: 'roles', plan: null },
      userAttributes: { claim: 'attributes', body: [] },
    }
    // As the payload of a token comes.
    const claims = parseJsonObject(
      JSON.stringify(claimsOf({ roles: ['a'], attributes: { a: { b: 1 } }, deep: [{ x: 1 }] })),
      8,
    ) as Record<string, unknown>
    const { identity: made } = judgeClaims(claims, profileOf(rules), tenantOf(), clock)
    const parts = [
      made.userRoles,
      made.userAttributes,
      made.userAttributes['a'],
      made.claims,
      (made.claims['deep'] as object[])[0],
    ]
    expect(parts.map((part) => Object.isFrozen(part))).toEqual(parts.map(() => true))
    expect(made.userAttributes).not.toBe(claims['attributes'])
  })
})

describe('time', () => {
  it('is checked first', () => {
    expect(refused({ exp: NOW - 30, tenantId: 'globex' })).toMatchObject({ code: 'token_expired' })
  })

  it('uses the tolerance of the clock', () => {
    expect(identity({ exp: NOW - 29 }).expiresAt).toBe(NOW - 29)
  })

  it('lets a tenant tighten the lifetime of the profile, and never widen it', () => {
    const long = { code: 'token_lifetime', reason: 'longer than allowed', claim: 'exp' }
    const tight = { tenant: { maxLifetime: 60 } }
    expect(identity({ exp: NOW + 90 }, tight).expiresAt).toBe(NOW + 90)
    expect(refused({ exp: NOW + 91 }, tight)).toEqual(long)
    const wide = { tenant: { maxLifetime: 1e9 } }
    expect(identity({ exp: NOW + 3630 }, wide).expiresAt).toBe(NOW + 3630)
    expect(refused({ exp: NOW + 3631 }, wide)).toEqual(long)
    expect(checkTokenTimes(claimsOf({ iat: 5 - 5 + NOW }), profileOf(), tenantOf(), clock)).toEqual(
      {
        expiresAt: NOW + 60,
        issuedAt: NOW,
      },
    )
  })
})

describe('iss (RFC 7519 section 4.1.1)', () => {
  const fixed = { rules: { issuer: 'https://i.example' } }
  const ofTenant = { rules: { issuer: 'tenant' }, tenant: { issuer: 'https://acme.example' } }
  const other = invalid('iss', 'is another')

  it('is not checked where the profile says null', () => {
    expect(identity({ iss: 7 }).kind).toBe('verified')
  })

  it('equals the profile’s, byte for byte', () => {
    expect(identity({ iss: 'https://i.example' }, fixed).kind).toBe('verified')
    for (const iss of [
      undefined,
      'https://i.example/',
      'HTTPS://i.example',
      ['https://i.example'],
      'https://acme.example',
      'tenant',
      null,
    ])
      expect(refused({ iss }, { ...fixed, tenant: ofTenant.tenant })).toEqual(other)
  })

  it('equals the tenant’s where the profile says so', () => {
    expect(identity({ iss: 'https://acme.example' }, ofTenant).kind).toBe('verified')
    for (const iss of ['tenant', 'https://i.example', undefined])
      expect(refused({ iss }, ofTenant)).toEqual(other)
  })

  it('is anything for a tenant that says null aloud, and nothing for one that says nothing', () => {
    const rules = { issuer: 'tenant' }
    expect(identity({ iss: 'x' }, { rules, tenant: { issuer: null } }).kind).toBe('verified')
    expect(refused({}, { rules })).toEqual(other)
    expect(refused({ iss: 'x' }, { rules })).toEqual(other)
  })
})

describe('aud (RFC 7519 section 4.1.3)', () => {
  const ours = { rules: { audience: ['a', 'b'] } }

  it('is not checked where the profile says null, whatever the tenant says', () => {
    expect(identity({ aud: 7 }, { tenant: { audience: 'x' } }).kind).toBe('verified')
  })

  it.each([['a'], ['b'], [['a']], [['x', 'b']], [['a', 'b']]])('passes as %j', (aud) => {
    expect(identity({ aud }, ours).kind).toBe('verified')
  })

  it.each([['x'], ['A'], ['a '], [''], [[]], [['x', 'y']]])('is refused as %j', (aud) => {
    expect(refused({ aud }, ours)).toEqual(invalid('aud', 'is another'))
  })

  it.each([[undefined], [null], [7], [{ a: 1 }], [['a', 7]], [['a', ['b']]], [[null]]])(
    'is refused as %j, which is not text',
    (aud) => {
      expect(refused({ aud }, ours)).toEqual(invalid('aud', 'is not text'))
    },
  )

  it('is replaced by the tenant’s', () => {
    const replaced = { ...ours, tenant: { audience: ['c', 'd'] } }
    expect(identity({ aud: 'd' }, replaced).kind).toBe('verified')
    expect(refused({ aud: 'a' }, replaced)).toEqual(invalid('aud', 'is another'))
  })
})

describe('the tenant', () => {
  it.each([['globex'], ['Acme'], ['acme '], [undefined], [['acme']], [7]])(
    'is refused as %j',
    (tenantId) => {
      expect(refused({ tenantId })).toEqual(invalid('tenantId', 'does not name the tenant'))
    },
  )

  it('comes after iss and aud', () => {
    const of = { rules: { issuer: 'i', audience: 'a' } }
    expect(refused({ tenantId: 'globex' }, of)).toEqual(invalid('iss', 'is another'))
    expect(refused({ tenantId: 'globex', iss: 'i' }, of)).toEqual(invalid('aud', 'is not text'))
    expect(refused({ tenantId: 'globex', iss: 'i', aud: 'a' }, of)).toEqual(
      invalid('tenantId', 'does not name the tenant'),
    )
  })
})

describe('the user', () => {
  const user = (id: unknown): Case => ({
    rules: {
      user: { id, email: null, roles: null, plan: null },
      userAttributes: { claim: 'attributes', body: [] },
    },
  })

  it('is optional unless the profile says otherwise', () => {
    expect(identity({ uid: undefined }, user('uid')).userId).toBeUndefined()
    expect(identity({ uid: '' }, user('uid')).userId).toBeUndefined()
    expect(identity({ uid: 'x' }, user({ claim: 'uid', required: false })).userId).toBe('x')
  })

  it('is refused where it is required, and absent or empty in every place', () => {
    const required = { claim: 'uid', required: true }
    for (const uid of [undefined, ''])
      expect(refused({ uid, sub: 'x', attributes: { uid: 'y' } }, user(required))).toEqual(
        invalid('uid', 'is not a text'),
      )
    const anywhere = user({ ...required, attribute: 'uid', fallback: 'sub' })
    expect(identity({ uid: 'x' }, anywhere).userId).toBe('x')
    expect(identity({ attributes: { uid: 'y' } }, anywhere).userId).toBe('y')
    expect(identity({ sub: 'z' }, anywhere).userId).toBe('z')
    expect(refused({ sub: '', attributes: { uid: '' } }, anywhere)).toEqual(
      invalid('uid', 'is not a text'),
    )
  })

  it.each([[7], [null], [['x']], [{}], [true], ['\ud800']])('is refused as %j', (uid) => {
    expect(refused({ uid }, user('uid'))).toEqual(invalid('uid', 'is not a text'))
  })

  it('comes from the signed attributes where the claim is absent, then from the fallback', () => {
    const rules = user({ claim: 'uid', attribute: 'id', fallback: 'sub' })
    const attributes = { id: 'of attributes' }
    expect(identity({ uid: 'own', attributes, sub: 'of sub' }, rules).userId).toBe('own')
    expect(identity({ uid: '', attributes, sub: 'of sub' }, rules).userId).toBe('of attributes')
    expect(identity({ attributes, sub: 'of sub' }, rules).userId).toBe('of attributes')
    for (const id of ['', 7, null, ['x']])
      expect(identity({ attributes: { id }, sub: 'of sub' }, rules).userId).toBe('of sub')
    expect(identity({ attributes: {}, sub: 'of sub' }, rules).userId).toBe('of sub')
    expect(identity({ sub: 'of sub' }, rules).userId).toBe('of sub')
    expect(identity({ sub: '' }, rules).userId).toBeUndefined()
    expect(identity({}, rules).userId).toBeUndefined()
    expect(refused({ sub: 7 }, rules)).toEqual(invalid('sub', 'is not a text'))
  })

  it('is well-formed text in attributes and fallback too: half a character names nobody', () => {
    const rule = { claim: 'uid', attribute: 'id', fallback: 'sub' }
    const half = { attributes: { id: 'u-\ud800' } }
    expect(identity(half, user(rule)).userId).toBeUndefined()
    expect(identity({ ...half, sub: 'of sub' }, user(rule)).userId).toBe('of sub')
    expect(refused(half, user({ ...rule, required: true }))).toEqual(
      invalid('uid', 'is not a text'),
    )
    expect(identity({ attributes: { id: 'u-\ud83d\ude00' } }, user(rule)).userId).toBe('u-😀')
    expect(refused({ sub: 'u-\udc00' }, user(rule))).toEqual(invalid('sub', 'is not a text'))
  })

  it('that is required may come from the attribute alone, or the fallback alone', () => {
    const required = { claim: 'uid', required: true }
    const byAttribute = user({ ...required, attribute: 'id' })
    expect(identity({ attributes: { id: 'a' } }, byAttribute).userId).toBe('a')
    expect(identity({ uid: '', attributes: { id: 'a' } }, byAttribute).userId).toBe('a')
    for (const attributes of [undefined, {}, { id: '' }, { id: 7 }, { uid: 'x' }])
      expect(refused({ attributes, sub: 'x' }, byAttribute)).toEqual(
        invalid('uid', 'is not a text'),
      )
    const byFallback = user({ ...required, fallback: 'sub' })
    expect(identity({ sub: 's' }, byFallback).userId).toBe('s')
    expect(refused({ attributes: { uid: 'x', sub: 'x' } }, byFallback)).toEqual(
      invalid('uid', 'is not a text'),
    )
  })

  it('has an email and a plan from attributes and fallbacks, required or not', () => {
    const rules = {
      user: {
        id: null,
        email: { claim: 'mail', attribute: 'mail', required: true },
        roles: null,
        plan: { claim: 'plan', attribute: 'tier', fallback: 'level' },
      },
      userAttributes: { claim: 'attributes', body: [] },
    }
    const attributes = { mail: 'm', tier: 't' }
    expect(identity({ attributes }, { rules })).toMatchObject({ userEmail: 'm', plan: 't' })
    expect(identity({ attributes: { mail: 'm' }, level: 'l' }, { rules }).plan).toBe('l')
    expect(identity({ mail: 'm' }, { rules }).plan).toBeUndefined()
    expect(refused({ attributes: { tier: 't' } }, { rules })).toEqual(
      invalid('mail', 'is not a text'),
    )
  })

  it('does not come from attributes or a fallback that the profile does not name', () => {
    expect(identity({ attributes: { uid: 'x' }, sub: 'x' }, user('uid')).userId).toBeUndefined()
  })

  it('has an email and a plan by the same rules', () => {
    const rules = {
      user: { id: null, email: { claim: 'mail', required: true }, roles: null, plan: 'plan' },
    }
    expect(identity({ mail: 'm', plan: 'p' }, { rules })).toMatchObject({
      userEmail: 'm',
      plan: 'p',
    })
    expect(refused({}, { rules })).toEqual(invalid('mail', 'is not a text'))
    expect(refused({ mail: 'm', plan: 7 }, { rules })).toEqual(invalid('plan', 'is not a text'))
  })
})

describe('roles', () => {
  const rules = { user: { id: null, email: null, roles: 'roles', plan: null } }

  it('are a list of texts, or none', () => {
    expect(identity({ roles: ['a', 'b'] }, { rules }).userRoles).toEqual(['a', 'b'])
    expect(identity({ roles: [] }, { rules }).userRoles).toEqual([])
    expect(identity({}, { rules }).userRoles).toEqual([])
    expect(identity({ roles: 7 }).userRoles).toEqual([])
  })

  it.each([
    ['admin'],
    [null],
    [7],
    [{ 0: 'a', length: 1 }],
    [['a', 7]],
    [[null]],
    [['a', '\ud800']],
  ])('are refused as %j', (roles) => {
    expect(refused({ roles }, { rules })).toEqual(invalid('roles', 'is not a list of texts'))
  })
})

describe('jti (RFC 7519 section 4.1.7)', () => {
  it('is text or absent: anything else could never be found among those revoked', () => {
    for (const jti of ['j', '', undefined]) expect(identity({ jti }).kind).toBe('verified')
    for (const jti of [7, null, ['j'], '\ud800'])
      expect(refused({ jti })).toEqual(invalid('jti', 'is not a text'))
  })
})

describe('signed attributes', () => {
  const rules = { userAttributes: { claim: 'attributes', body: [] } }

  it('are {} where nothing was signed', () => {
    expect(identity({}, { rules }).userAttributes).toEqual({})
    expect(identity({ attributes: { a: 1 } }).userAttributes).toEqual({})
  })

  it.each([[null], ['x'], [[]], [{ constructor: 1 }], [{ a: Array.from({ length: 9000 }) }]])(
    'are refused where they break the grammar',
    (attributes) => {
      expect(refused({ attributes }, { rules })).toEqual(
        invalid('attributes', 'breaks the grammar'),
      )
    },
  )
})

describe('signed filters', () => {
  const rules = { filters: { claim: 'f', body: null } }

  it('are absent where nothing was signed, or the profile has none', () => {
    expect(judge({}, { rules }).filters).toBeUndefined()
    expect(judge({ f: { attributes: { a: 1 } } }).filters).toBeUndefined()
    expect(identity({ f: { attributes: { a: 1 } } }).filters).toBeUndefined()
  })

  it.each([
    [null, 'missing'],
    [{}, 'missing'],
    [[], 'not_an_object'],
    [{ attributes: {} }, 'empty_clause'],
    [{ attributes: { a: { $in: [] } } }, 'empty_operator'],
    [{ attributes: { a: { $ne: 1 } } }, 'unsupported_operator'],
    [{ attributes: { 'a.b': 1 } }, 'bad_key'],
    [{ attributes: { a: null } }, 'bad_value'],
    [{ attributes: { a: 1 }, more: 1 }, 'unknown_member'],
  ])('are never "allow all": %j', (f, reason) => {
    expect(refused({ f }, { rules })).toEqual(invalid('f', reason))
  })

  it('are held to the limits of the profile', () => {
    const limited = { filters: { ...rules.filters, limits: { values: 1 } } }
    expect(judge({ f: { attributes: { a: 1 } } }, { rules: limited }).filters).toBeDefined()
    expect(refused({ f: { attributes: { a: 1, b: 2 } } }, { rules: limited })).toEqual(
      invalid('f', 'too_large'),
    )
  })

  it('come after the user and before the custom schema', () => {
    const user = { id: { claim: 'uid', required: true }, email: null, roles: null, plan: null }
    expect(refused({ f: null }, { rules: { ...rules, user } })).toEqual(
      invalid('uid', 'is not a text'),
    )
    const custom = { '~standard': { version: 1, vendor: 'x', validate: () => ({ issues: [] }) } }
    expect(refused({ f: null }, { rules: { ...rules, custom } })).toEqual(invalid('f', 'missing'))
  })

  it('pass on what is no verdict on the filter', () => {
    const profile = profileOf({ filters: rules.filters })
    const filters = { ...profile.filters, limits: { depth: 'x' } }
    const error = thrownBy(() =>
      judgeClaims(
        claimsOf({ f: { attributes: { a: 1 } } }),
        { ...profile, filters } as never,
        tenantOf(),
        clock,
      ),
    )
    expect(error).toBeInstanceOf(TypeError)
  })
})

describe('the custom schema (Standard Schema)', () => {
  const custom = (validate: (value: unknown) => unknown): Case => ({
    rules: { custom: { '~standard': { version: 1, vendor: 'by-hand', validate } } },
  })

  it('sees all claims; its output is identity.custom, frozen', () => {
    const seen: unknown[] = []
    const made = identity(
      { team: { name: 'x' } },
      custom((claims) => {
        seen.push(claims)
        return { value: { team: { upper: 'X' } } }
      }),
    )
    expect(seen).toEqual([claimsOf({ team: { name: 'x' } })])
    expect(made.custom).toEqual({ team: { upper: 'X' } })
    expect(Object.isFrozen((made.custom as { team: object }).team)).toBe(true)
    expect(made.claims['team']).toEqual({ name: 'x' })
  })

  it.each([[undefined], [null], [7], ['x']])('may make %j', (value) => {
    expect(
      identity(
        {},
        custom(() => ({ value })),
      ).custom,
    ).toBe(value)
    expect(
      identity(
        {},
        custom(() => ({ value, issues: undefined })),
      ).custom,
    ).toBe(value)
  })

  it('may make bytes, which cannot be frozen', () => {
    const bytes = Uint8Array.of(1, 2)
    expect(
      identity(
        {},
        custom(() => ({ value: bytes })),
      ).custom,
    ).toBe(bytes)
    const made = identity(
      {},
      custom(() => ({ value: { bytes } })),
    ).custom
    expect(Object.isFrozen(made)).toBe(true)
  })

  it('refuses with issues, also with none in the list, and says nothing of them', () => {
    for (const issues of [[], [{ message: 'canary' }]])
      expect(
        refused(
          {},
          custom(() => ({ issues })),
        ),
      ).toEqual({
        code: 'claims_invalid',
        reason: 'the custom schema',
        claim: undefined,
      })
  })

  it.each([[null], [undefined], [7], ['x'], [true]])('is no verdict as %j', (result) => {
    const error = thrownBy(() =>
      judge(
        {},
        custom(() => result),
      ),
    )
    expect(error).toEqual(new Error('a custom schema must be synchronous'))
  })

  it('is no verdict where it is asynchronous or throws', () => {
    const later = custom(() => Promise.resolve({ value: 1 }))
    expect(thrownBy(() => judge({}, later))).toEqual(
      new Error('a custom schema must be synchronous'),
    )
    const throwing = custom(() => {
      throw new RangeError('its own')
    })
    expect(thrownBy(() => judge({}, throwing))).toEqual(new RangeError('its own'))
  })

  it('that rejects later does not end the process', async () => {
    const rejecting = custom(() => Promise.reject(new Error('later')))
    const unhandled = await unhandledIn(() => {
      expect(thrownBy(() => judge({}, rejecting))).toBeInstanceOf(Error)
    })
    expect(unhandled).toEqual([])
  })
})
