import { describe, expect, it } from 'vitest'
import { defineProfile } from '../src/profile.ts'
import { plainRules } from './fixtures/profiles.ts'
import { thrownBy } from './fixtures/refusals.ts'

const define = (over: object): ReturnType<typeof defineProfile> =>
  defineProfile({ ...plainRules, ...over })
const messageOf = (over: object): string => {
  const error = thrownBy(() => define(over))
  expect(error).toBeInstanceOf(TypeError)
  return (error as Error).message
}
describe('the options of a profile', () => {
  const text = (name: string): string =>
    `defineProfile: option "${name}" must be a non-empty string`
  const object = (name: string): string =>
    `defineProfile: option "${name}": expected an options object`
  const algorithms = 'defineProfile: option "algorithms" must be a non-empty list'
  const holds = 'defineProfile: option "algorithms" may hold HS256, RS256, PS256, ES256, EdDSA only'
  const mixes = 'defineProfile: option "algorithms" mixes HMAC with public-key algorithms'
  const lifetime = 'defineProfile: option "maxLifetime" must be a number from 1 to 31622400'
  const header = (name: string): string => `defineProfile: option "${name}" is not a header name`
  const scheme = (name: string): string =>
    `defineProfile: option "${name}" is not an authentication scheme`
  const { token, tenant, user } = plainRules
  const filters = { claim: 'f', body: null }
  const attributes = { claim: 'u', body: [] as string[] }
  const body = { tenant: ['t'], when: 'required' }

  it.each<[object, string]>([
    [
      { unknown: 1 },
      `defineProfile: unknown option "unknown" (known: ${Object.keys(define({})).join(', ')})`,
    ],
    [{ name: undefined }, text('name')],
    [{ name: '' }, text('name')],
    [{ name: 7 }, text('name')],
    [{ algorithms: undefined }, algorithms],
    [{ algorithms: [] }, algorithms],
    [{ algorithms: 'HS256' }, algorithms],
    [{ algorithms: null }, algorithms],
    [{ algorithms: ['none'] }, holds],
    [{ algorithms: ['HS512'] }, holds],
    [{ algorithms: ['ES256', undefined] }, holds],
    [{ algorithms: ['HS256', 'RS256'] }, mixes],
    [{ algorithms: ['ES256', 'HS256'] }, mixes],
    [{ token: undefined }, object('token')],
    [{ token: null }, object('token')],
    [{ token: 'authorization' }, object('token')],
    [
      { token: { ...token, cookie: 'x' } },
      'defineProfile: option "token": unknown option "cookie" (known: header, scheme)',
    ],
    [{ token: { ...token, header: undefined } }, text('token.header')],
    [{ token: { ...token, header: '' } }, text('token.header')],
    [{ token: { ...token, header: 'x token' } }, header('token.header')],
    [{ token: { ...token, header: 'x:y' } }, header('token.header')],
    [{ token: { ...token, header: 'ü' } }, header('token.header')],
    [{ token: { ...token, scheme: undefined } }, scheme('token.scheme')],
    [{ token: { ...token, scheme: '' } }, scheme('token.scheme')],
    [{ token: { ...token, scheme: 'Bearer ' } }, scheme('token.scheme')],
    [{ token: { ...token, scheme: 7 } }, scheme('token.scheme')],
    [{ tenant: undefined }, object('tenant')],
    [
      { tenant: { ...tenant, id: 1 } },
      'defineProfile: option "tenant": unknown option "id" (known: claim, hint, apiKey)',
    ],
    [{ tenant: { ...tenant, claim: undefined } }, text('tenant.claim')],
    [{ tenant: { ...tenant, claim: '' } }, text('tenant.claim')],
    [{ tenant: { ...tenant, hint: undefined } }, text('tenant.hint')],
    [{ tenant: { ...tenant, hint: 'x y' } }, header('tenant.hint')],
    [{ tenant: { ...tenant, apiKey: undefined } }, object('tenant.apiKey')],
    [{ tenant: { ...tenant, apiKey: true } }, object('tenant.apiKey')],
    [{ tenant: { ...tenant, apiKey: { header: '', scheme: 'x' } } }, text('tenant.apiKey.header')],
    [
      { tenant: { ...tenant, apiKey: { header: 'a b', scheme: 'x' } } },
      header('tenant.apiKey.header'),
    ],
    [
      { tenant: { ...tenant, apiKey: { header: 'a', scheme: null } } },
      scheme('tenant.apiKey.scheme'),
    ],
    [
      { tenant: { ...tenant, apiKey: { header: 'a', scheme: 'x', y: 1 } } },
      'defineProfile: option "tenant.apiKey": unknown option "y" (known: header, scheme)',
    ],
    [
      { tenant: { ...tenant, apiKey: { header: 'Authorization', scheme: 'Key' } } },
      'defineProfile: the API key and the token share the header "authorization"',
    ],
    [
      { issuer: undefined },
      'defineProfile: option "issuer" is undefined; leave it out or give a value',
    ],
    [{ issuer: '' }, text('issuer')],
    [{ issuer: ['x'] }, text('issuer')],
    [
      { audience: undefined },
      'defineProfile: option "audience" is undefined; leave it out or give a value',
    ],
    [{ audience: '' }, 'defineProfile: an item of option "audience" must be a non-empty string'],
    [{ audience: [] }, 'defineProfile: option "audience" must be a non-empty list'],
    [{ audience: 7 }, 'defineProfile: option "audience" must be a non-empty list'],
    [
      { audience: ['a', 7] },
      'defineProfile: an item of option "audience" must be a non-empty string',
    ],
    [
      { type: undefined },
      'defineProfile: option "type" is undefined; leave it out or give a value',
    ],
    [{ type: '' }, text('type')],
    [{ maxLifetime: undefined }, 'defineProfile: option "maxLifetime" is required'],
    [{ maxLifetime: null }, lifetime],
    [{ maxLifetime: 0.5 }, lifetime],
    [{ maxLifetime: 366 * 86_400 + 1 }, lifetime],
    [{ maxLifetime: Infinity }, lifetime],
    [{ maxLifetime: '900' }, lifetime],
    [{ user: undefined }, object('user')],
    [
      { user: { ...user, name: 'x' } },
      'defineProfile: option "user": unknown option "name" (known: id, email, roles, plan)',
    ],
    [{ user: { ...user, id: undefined } }, object('user.id')],
    [{ user: { ...user, id: '' } }, text('user.id')],
    [{ user: { ...user, id: { claim: '' } } }, text('user.id.claim')],
    [{ user: { ...user, id: {} } }, text('user.id.claim')],
    [{ user: { ...user, email: { claim: 'x', attribute: '' } } }, text('user.email.attribute')],
    [{ user: { ...user, plan: { claim: 'x', fallback: 7 } } }, text('user.plan.fallback')],
    [
      { user: { ...user, id: { claim: 'x', required: 'yes' } } },
      'defineProfile: option "user.id.required" must be a boolean',
    ],
    [
      { user: { ...user, id: { claim: 'x', optional: true } } },
      'defineProfile: option "user.id": unknown option "optional" (known: claim, required, attribute, fallback)',
    ],
    [{ user: { ...user, roles: undefined } }, text('user.roles')],
    [{ user: { ...user, roles: { claim: 'roles' } } }, text('user.roles')],
    [{ user: { ...user, plan: 7 } }, object('user.plan')],
    [{ filters: undefined }, object('filters')],
    [
      { filters: { ...filters, x: 1 } },
      'defineProfile: option "filters": unknown option "x" (known: claim, body, policy, required, limits)',
    ],
    [{ filters: { ...filters, claim: '' } }, text('filters.claim')],
    [{ filters: { ...filters, body: '' } }, text('filters.body')],
    [{ filters: { ...filters, body: undefined } }, text('filters.body')],
    [
      { filters: { ...filters, policy: 'union' } },
      'defineProfile: option "filters.policy" must be one of: precedence, intersect, strict, replace',
    ],
    [
      { filters: { ...filters, required: 1 } },
      'defineProfile: option "filters.required" must be a boolean',
    ],
    [{ userAttributes: undefined }, object('userAttributes')],
    [
      { userAttributes: { ...attributes, x: 1 } },
      'defineProfile: option "userAttributes": unknown option "x" (known: claim, body)',
    ],
    [{ userAttributes: { ...attributes, claim: '' } }, text('userAttributes.claim')],
    [
      { userAttributes: { ...attributes, body: 'u' } },
      'defineProfile: option "userAttributes.body" must be a list',
    ],
    [
      { userAttributes: { ...attributes, body: [''] } },
      'defineProfile: an item of option "userAttributes.body" must be a non-empty string',
    ],
    [{ body: undefined }, object('body')],
    [
      { body: { ...body, x: 1 } },
      'defineProfile: option "body": unknown option "x" (known: tenant, when)',
    ],
    [
      { body: { ...body, tenant: 't' } },
      'defineProfile: option "body.tenant" must be a non-empty list',
    ],
    [
      { body: { ...body, tenant: [7] } },
      'defineProfile: an item of option "body.tenant" must be a non-empty string',
    ],
    [
      { body: { ...body, when: 'always' } },
      'defineProfile: option "body.when" must be one of: when-present, required',
    ],
    [{ body: { tenant: ['t'], when: undefined } }, 'defineProfile: option "body.when" is required'],
    [
      { body: { tenant: [], when: 'required' } },
      'defineProfile: option "body.when" is "required", but "body.tenant" names no member',
    ],
    [{ limits: null }, object('limits')],
    [
      { limits: { bytes: 1 } },
      'defineProfile: option "limits": unknown option "bytes" (known: tokenBytes, depth)',
    ],
    [
      { limits: { tokenBytes: 255 } },
      'defineProfile: option "limits.tokenBytes" must be an integer from 256 to 65536',
    ],
    [
      { limits: { tokenBytes: 65_537 } },
      'defineProfile: option "limits.tokenBytes" must be an integer from 256 to 65536',
    ],
    [
      { limits: { depth: 0 } },
      'defineProfile: option "limits.depth" must be an integer from 1 to 64',
    ],
    [
      { limits: { depth: 65 } },
      'defineProfile: option "limits.depth" must be an integer from 1 to 64',
    ],
    [
      { limits: { depth: 1.5 } },
      'defineProfile: option "limits.depth" must be an integer from 1 to 64',
    ],
    [{ custom: {} }, 'defineProfile: option "custom" is not a Standard Schema'],
    [{ custom: { '~standard': {} } }, 'defineProfile: option "custom" is not a Standard Schema'],
    [{ custom: () => true }, 'defineProfile: option "custom" is not a Standard Schema'],
    [
      { filters: { claim: 'f', body: 'filters' } },
      'defineProfile: option "body" is null, but filters or userAttributes name a body member',
    ],
    [
      { userAttributes: { claim: 'u', body: ['u'] } },
      'defineProfile: option "body" is null, but filters or userAttributes name a body member',
    ],
  ])('refuses %j', (over, message) => {
    expect(messageOf(over)).toBe(message)
  })

  it('takes values at their bounds', () => {
    expect(define({ maxLifetime: 1 }).maxLifetime).toBe(1)
    expect(define({ maxLifetime: 366 * 86_400 }).maxLifetime).toBe(366 * 86_400)
    expect(define({ limits: { tokenBytes: 65_536, depth: 64 } }).limits).toEqual({
      tokenBytes: 65_536,
      depth: 64,
    })
    expect(define({ audience: 'a' }).audience).toEqual(['a'])
  })

  it('refuses a custom that is null, and names the option', () => {
    expect(messageOf({ custom: null })).toBe(
      'defineProfile: option "custom" is not a Standard Schema',
    )
  })

  it.each([[{ depth: 'deep' }], [{ depths: 2 }], [{ nodes: 0 }], ['x'], [7]])(
    'refuses filters.limits that are %j',
    (limits) => {
      expect(messageOf({ filters: { ...filters, limits } })).toMatch(/filters\.limits/)
    },
  )
})
