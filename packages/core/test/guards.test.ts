import { describe, expect, it } from 'vitest'
import { planGuard, roleGuard } from '../src/guards.ts'
import { anonymousIdentity, type VerifiedIdentity } from '../src/identity.ts'
import { partsOf } from './fixtures/refusals.ts'

const user = (over: Partial<VerifiedIdentity>): VerifiedIdentity => ({
  kind: 'verified',
  tenantId: 'acme',
  userRoles: [],
  userAttributes: {},
  expiresAt: 0,
  claims: {},
  custom: undefined,
  bodyBound: false,
  ...over,
})
const notAmong = 'not among those required'
const anonymous = { code: 'token_missing', reason: 'anonymous', claim: undefined }
const missing = {
  code: 'identity_missing',
  reason: 'a guard stands before countersign',
  claim: undefined,
}

describe('roleGuard', () => {
  const guard = roleGuard(['admin', 'owner'])
  const refused = { code: 'insufficient_role', reason: notAmong, claim: undefined }

  it('lets any of the roles on', () => {
    expect(guard(user({ userRoles: ['admin'] }))).toBeUndefined()
    expect(guard(user({ userRoles: ['x', 'owner'] }))).toBeUndefined()
  })

  it('refuses others, compared byte for byte', () => {
    for (const userRoles of [[], ['user'], ['Admin'], ['admin '], ['admin,owner']])
      expect(partsOf(guard(user({ userRoles })))).toEqual(refused)
  })

  it('tells an anonymous identity to bring a token, and none at all is 500', () => {
    expect(partsOf(guard(anonymousIdentity('acme', undefined)))).toEqual(anonymous)
    expect(partsOf(guard(undefined))).toEqual(missing)
  })

  it('is a copy of the list', () => {
    const roles = ['admin']
    const copied = roleGuard(roles)
    roles.push('user')
    expect(partsOf(copied(user({ userRoles: ['user'] })))).toEqual(refused)
  })

  it('refuses an empty list and what is no text', () => {
    for (const roles of [[], [''], ['admin', 7], [undefined]])
      expect(() => roleGuard(roles as string[])).toThrow(
        new TypeError('requireRole: expected one or more non-empty texts'),
      )
  })
})

describe('planGuard', () => {
  const guard = planGuard(['pro', 'team'])

  it('lets any of the plans on', () => {
    expect(guard(user({ plan: 'pro' }))).toBeUndefined()
    expect(guard(user({ plan: 'team' }))).toBeUndefined()
  })

  it('refuses others, and none', () => {
    const refused = { code: 'insufficient_plan', reason: notAmong, claim: undefined }
    for (const over of [{}, { plan: 'free' }, { plan: 'Pro' }])
      expect(partsOf(guard(user(over)))).toEqual(refused)
  })

  it('tells an anonymous identity to bring a token, and none at all is 500', () => {
    expect(partsOf(guard(anonymousIdentity(undefined, undefined)))).toEqual(anonymous)
    expect(partsOf(guard(undefined))).toEqual(missing)
  })

  it('refuses an empty list and what is no text', () => {
    for (const plans of [[], [''], [null]])
      expect(() => planGuard(plans as string[])).toThrow(
        new TypeError('requirePlan: expected one or more non-empty texts'),
      )
  })
})
