import { parseFilters } from '@countersign/filters'
import { describe, expect, it } from 'vitest'
import { anonymousIdentity } from '../src/identity.ts'

describe('anonymousIdentity', () => {
  it('has nothing of a user', () => {
    expect(anonymousIdentity(undefined, undefined)).toEqual({
      kind: 'anonymous',
      userRoles: [],
      userAttributes: {},
      claims: {},
      bodyBound: false,
    })
  })

  it('has the tenant that the directory knows, and the filter it is held to', () => {
    const filters = parseFilters({ attributes: { a: 1 } }, { source: 'token' })
    expect(anonymousIdentity('acme', filters)).toEqual({
      kind: 'anonymous',
      tenantId: 'acme',
      userRoles: [],
      userAttributes: {},
      filters,
      claims: {},
      bodyBound: false,
    })
  })

  it('is frozen below its own members', () => {
    const identity = anonymousIdentity('acme', undefined)
    const parts = [identity.userRoles, identity.userAttributes, identity.claims]
    expect(parts.map((part) => Object.isFrozen(part))).toEqual([true, true, true])
  })
})
