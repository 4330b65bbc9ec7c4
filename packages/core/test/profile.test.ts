import { describe, expect, it } from 'vitest'
import { defineProfile, isProfile } from '../src/profile.ts'
import { plainRules } from './fixtures/profiles.ts'

const define = (over: object): ReturnType<typeof defineProfile> =>
  defineProfile({ ...plainRules, ...over })
const schema = { '~standard': { version: 1, vendor: 'x', validate: (): unknown => ({ value: 1 }) } }

describe('defineProfile', () => {
  it('makes rules of the plainest options', () => {
    expect(defineProfile(plainRules)).toEqual({
      name: 'plain',
      algorithms: ['HS256'],
      token: { header: 'authorization', scheme: 'Bearer' },
      tenant: { claim: 'tenantId', hint: 'x-tenant-key', apiKey: null },
      issuer: null,
      audience: null,
      type: null,
      maxLifetime: 3600,
      user: { id: { claim: 'userId' }, email: null, roles: null, plan: null },
      filters: null,
      userAttributes: null,
      body: null,
      limits: { tokenBytes: 8192, depth: 32 },
      custom: undefined,
    })
  })

  it('makes rules of every option', () => {
    const profile = define({
      name: 'agent-desk',
      algorithms: ['ES256', 'EdDSA'],
      token: { header: 'X-Token', scheme: null },
      tenant: { claim: 'org', hint: null, apiKey: { header: 'X-Key', scheme: 'Key' } },
      issuer: 'tenant',
      audience: ['a', 'b'],
      type: 'at+jwt',
      maxLifetime: 900.5,
      user: {
        id: { claim: 'sub', required: true, attribute: 'id', fallback: 'uid' },
        email: 'email',
        roles: 'roles',
        plan: { claim: 'plan', required: false },
      },
      filters: {
        claim: 'f',
        body: 'filter',
        policy: 'strict',
        required: true,
        limits: { depth: 2 },
      },
      userAttributes: { claim: 'ua', body: ['attrs', 'user_attrs'] },
      body: { tenant: ['org_id'], when: 'required' },
      limits: { tokenBytes: 256, depth: 1 },
      custom: schema,
    })
    expect(profile).toEqual({
      name: 'agent-desk',
      algorithms: ['ES256', 'EdDSA'],
      token: { header: 'x-token', scheme: null },
      tenant: { claim: 'org', hint: null, apiKey: { header: 'x-key', scheme: 'Key' } },
      issuer: 'tenant',
      audience: ['a', 'b'],
      type: 'at+jwt',
      maxLifetime: 900.5,
      user: {
        id: { claim: 'sub', required: true, attribute: 'id', fallback: 'uid' },
        email: { claim: 'email' },
        roles: 'roles',
        plan: { claim: 'plan', required: false },
      },
      filters: {
        claim: 'f',
        body: 'filter',
        policy: 'strict',
        required: true,
        limits: { depth: 2 },
      },
      userAttributes: { claim: 'ua', body: ['attrs', 'user_attrs'] },
      body: { tenant: ['org_id'], when: 'required' },
      limits: { tokenBytes: 256, depth: 1 },
      custom: schema,
    })
    expect(profile.custom).toBe(schema)
  })

  it('fills in defaults within a group', () => {
    const profile = define({
      filters: { claim: 'f', body: null },
      userAttributes: { claim: 'u', body: [] },
      body: { tenant: [], when: 'when-present' },
      limits: {},
      custom: undefined,
    })
    expect(profile.filters).toEqual({
      claim: 'f',
      body: null,
      policy: 'precedence',
      required: false,
      limits: undefined,
    })
    expect(profile.userAttributes).toEqual({ claim: 'u', body: [] })
    expect(profile.body).toEqual({ tenant: [], when: 'when-present' })
    expect(profile.limits).toEqual({ tokenBytes: 8192, depth: 32 })
  })

  it('is frozen to the bottom, a copy, and known again', () => {
    const algorithms: ('ES256' | 'HS256')[] = ['ES256']
    const profile = define({ algorithms, limits: { depth: 4 }, custom: schema })
    algorithms.push('HS256')
    expect(profile.algorithms).toEqual(['ES256'])
    const parts = [profile, profile.algorithms, profile.user, profile.user.id, profile.limits]
    expect(parts.map((part) => Object.isFrozen(part))).toEqual(parts.map(() => true))
    expect(Object.isFrozen(schema)).toBe(false)
    expect(Object.isFrozen(schema['~standard'])).toBe(false)
    expect(isProfile(profile)).toBe(true)
    for (const other of [{ ...profile }, {}, null, undefined, 'x', () => profile])
      expect(isProfile(other)).toBe(false)
  })

  it('refuses no options at all', () => {
    expect(() => defineProfile(undefined as never)).toThrow(
      new TypeError('defineProfile: expected an options object'),
    )
  })
})
