import { describe, expect, it } from 'vitest'
import { attach, attached } from '../../src/adapter/attached.ts'
import { anonymousIdentity } from '../../src/identity.ts'

describe('what is attached to a request', () => {
  const found = {
    identity: anonymousIdentity(undefined, undefined),
    authenticator: {},
    profile: 'p',
    throws: false,
  }

  it('is found again, and replaced by what is attached later', () => {
    const request = {}
    expect(attached(request)).toBeUndefined()
    attach(request, found)
    expect(attached(request)).toBe(found)
    const later = { ...found, throws: true }
    attach(request, later)
    expect(attached(request)).toBe(later)
    expect(attached({})).toBeUndefined()
  })

  it('stands under no name that another middleware could write', () => {
    const request = {}
    attach(request, found)
    expect(Object.keys(request)).toEqual([])
    expect(JSON.stringify(request)).toBe('{}')
    const forged = { [Symbol.for('countersign')]: found, [Symbol('countersign')]: found }
    expect(attached({ ...forged, countersign: found, identity: found.identity })).toBeUndefined()
  })
})
