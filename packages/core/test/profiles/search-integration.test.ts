import { afterEach, describe, expect, it } from 'vitest'
import { isProfile } from '../../src/profile.ts'
import { searchIntegration } from '../../src/profiles/search-integration.ts'

afterEach(() => {
  for (const name of ['apiKey', 'audience', 'algorithms', 'policy'])
    Reflect.deleteProperty(Object.prototype, name)
})

describe('searchIntegration', () => {
  const defaults = {
    name: 'search-integration',
    algorithms: ['RS256'],
    token: { header: 'user-token', scheme: null },
    tenant: {
      claim: 'integrationId',
      hint: null,
      apiKey: { header: 'authorization', scheme: 'Bearer' },
    },
    issuer: 'tenant',
    audience: ['https://api.inkeep.com'],
    type: null,
    maxLifetime: 86_400,
    user: {
      id: { claim: 'userId', attribute: 'userId', fallback: 'sub' },
      email: { claim: 'userEmail', attribute: 'userEmail' },
      roles: null,
      plan: null,
    },
    filters: {
      claim: 'filters',
      body: 'filters',
      policy: 'precedence',
      required: false,
      limits: undefined,
    },
    userAttributes: { claim: 'userAttributes', body: ['userAttributes', 'user_attributes'] },
    body: { tenant: ['integrationId', 'integration_id'], when: 'when-present' },
    limits: { tokenBytes: 8192, depth: 32 },
    custom: undefined,
  }

  it('is the second document’s token', () => {
    expect(searchIntegration()).toEqual(defaults)
    expect(searchIntegration({})).toEqual(defaults)
    expect(isProfile(searchIntegration())).toBe(true)
  })

  it('takes every option', () => {
    const custom = {
      '~standard': { version: 1 as const, vendor: 'x', validate: (value: unknown) => ({ value }) },
    }
    expect(
      searchIntegration({
        algorithms: ['PS256', 'ES256', 'EdDSA'],
        apiKey: false,
        audience: ['a', 'b'],
        body: 'required',
        filters: { policy: 'strict', required: true, limits: { depth: 2 } },
        maxLifetime: 60,
        limits: { tokenBytes: 1024 },
        custom,
      }),
    ).toEqual({
      ...defaults,
      algorithms: ['PS256', 'ES256', 'EdDSA'],
      tenant: { ...defaults.tenant, apiKey: null },
      audience: ['a', 'b'],
      body: { ...defaults.body, when: 'required' },
      filters: { ...defaults.filters, policy: 'strict', required: true, limits: { depth: 2 } },
      maxLifetime: 60,
      limits: { tokenBytes: 1024, depth: 32 },
      custom,
    })
    expect(searchIntegration({ audience: 'a' }).audience).toEqual(['a'])
    expect(searchIntegration({ maxLifetime: 86_400 }).maxLifetime).toBe(86_400)
    expect(searchIntegration({ maxLifetime: 1 }).maxLifetime).toBe(1)
  })

  const lifetime = 'searchIntegration: option "maxLifetime" must be a number from 1 to 86400'
  const isUndefined = (name: string): string =>
    `searchIntegration: option "${name}" is undefined; leave it out or give a value`
  const apiKey = 'searchIntegration: option "apiKey" can only be false'
  const hs256 = 'searchIntegration: option "algorithms" cannot hold HS256'

  it.each<[unknown, string]>([
    [{ audience: undefined }, isUndefined('audience')],
    [{ algorithms: undefined }, isUndefined('algorithms')],
    [{ apiKey: undefined }, isUndefined('apiKey')],
    [{ audience: null }, 'searchIntegration: option "audience" cannot be null'],
    [{ audience: '' }, 'defineProfile: an item of option "audience" must be a non-empty string'],
    [{ apiKey: true }, apiKey],
    [{ apiKey: null }, apiKey],
    [{ apiKey: 'x' }, apiKey],
    [{ algorithms: ['HS256'] }, hs256],
    [{ algorithms: ['RS256', 'HS256'] }, hs256],
    [{ algorithms: [] }, 'defineProfile: option "algorithms" must be a non-empty list'],
    [
      { algorithms: ['none'] },
      'defineProfile: option "algorithms" may hold HS256, RS256, PS256, ES256, EdDSA only',
    ],
    [{ body: 'never' }, 'defineProfile: option "body.when" must be one of: when-present, required'],
    [{ filters: 'strict' }, 'searchIntegration: option "filters": expected an options object'],
    [
      { filters: { claim: 'x' } },
      'searchIntegration: option "filters": unknown option "claim" (known: policy, required, limits)',
    ],
    [
      { filters: { policy: 'x' } },
      'defineProfile: option "filters.policy" must be one of: precedence, intersect, strict, replace',
    ],
    [{ filters: { required: 'x' } }, 'defineProfile: option "filters.required" must be a boolean'],
    [{ maxLifetime: 86_401 }, lifetime],
    [{ maxLifetime: 0 }, lifetime],
    [
      { limits: { tokenBytes: 1 } },
      'defineProfile: option "limits.tokenBytes" must be an integer from 256 to 65536',
    ],
    [{ custom: {} }, 'defineProfile: option "custom" is not a Standard Schema'],
    [
      { issuer: 'x' },
      'searchIntegration: unknown option "issuer" (known: algorithms, apiKey, audience, body, filters, maxLifetime, limits, custom)',
    ],
    ['x', 'searchIntegration: expected an options object'],
  ])('refuses %j', (options, message) => {
    expect(() => searchIntegration(options as never)).toThrow(new TypeError(message))
  })

  it('does not take options from a polluted Object.prototype', () => {
    Object.assign(Object.prototype, {
      apiKey: false,
      audience: 'evil',
      algorithms: ['PS256'],
      policy: 'replace',
    })
    expect(searchIntegration()).toEqual(defaults)
  })

  it.each([[{ algorithms: null }], [{ algorithms: 7 }], [{ body: null }], [{ filters: null }]])(
    'refuses %j, and names the option',
    (options) => {
      expect(() => searchIntegration(options as never)).toThrow(/option "(algorithms|body|filters)/)
    },
  )
})
