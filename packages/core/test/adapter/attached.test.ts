import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { attach, attached, type AttachedBy } from '../../src/adapter/attached.ts'
import { anonymousIdentity } from '../../src/identity.ts'

const MAKERS: [string, () => object][] = [
  ['Node’s own request', message],
  ['a request with another prototype', ofExpress],
  ['any object', () => ({})],
]

function message(): IncomingMessage {
  return new IncomingMessage(new Socket())
}

// As Express does: an object between a request and its class.
function ofExpress(): IncomingMessage {
  const request = message()
  Object.setPrototypeOf(request, Object.create(IncomingMessage.prototype) as object)
  return request
}

describe('what is attached to a request', () => {
  const identity = anonymousIdentity(undefined, undefined)
  const gate = (name: string): AttachedBy => ({ authenticator: {}, profile: name, throws: false })

  it.each(MAKERS)('is found again, and replaced by what is attached later: %s', (_name, make) => {
    const request = make()
    expect(attached(request)).toBeUndefined()
    for (const by of [gate('first'), gate('second')]) {
      attach(request, identity, by)
      expect(attached(request)).toMatchObject({ identity, by })
      expect(attached(request)?.by).toBe(by)
    }
    expect(attached(make())).toBeUndefined()
  })

  it.each(MAKERS)(
    'of an object that inherits from it is its own, once it has one: %s',
    (_n, make) => {
      const outer = make()
      const inner = Object.create(outer) as object
      const [byOuter, byInner] = [gate('outer'), gate('inner')]
      attach(outer, identity, byOuter)
      attach(inner, identity, byInner)
      expect([attached(outer)?.by, attached(inner)?.by]).toEqual([byOuter, byInner])
      const later = gate('later')
      attach(outer, identity, later)
      expect([attached(outer)?.by, attached(inner)?.by]).toEqual([later, byInner])
    },
  )

  it.each(MAKERS)('of an object that inherits never counts for the one below: %s', (_n, make) => {
    const outer = make()
    const inner = Object.create(outer) as object
    attach(inner, identity, gate('inner'))
    expect(attached(outer)).toBeUndefined()
    expect(attached(Object.create(outer) as object)).toBeUndefined()
    attach(outer, identity, gate('outer'))
    expect([attached(outer)?.by.profile, attached(inner)?.by.profile]).toEqual(['outer', 'inner'])
  })

  it.each(MAKERS)('is inherited from the nearest that has one: %s', (_name, make) => {
    const heirOf = (request: object): object => Object.create(request) as object
    const outer = make()
    const inner = heirOf(outer)
    attach(outer, identity, gate('outer'))
    expect(attached(heirOf(inner))?.by.profile).toBe('outer')
    attach(inner, identity, gate('inner'))
    expect(attached(heirOf(heirOf(inner)))?.by.profile).toBe('inner')
    expect(attached(heirOf(outer))?.by.profile).toBe('outer')
  })

  it('of a request is not that of its proxies and copies, which may be of somebody else', () => {
    const request = message()
    attach(request, identity, gate('any'))
    const proxy = new Proxy(request, {})
    for (const other of [proxy, Object.assign({}, request)]) expect(attached(other)).toBeUndefined()
    attach(proxy, identity, gate('proxy'))
    expect(attached(proxy)?.by.profile).toBe('proxy')
    expect(attached(Object.create(proxy) as object)?.by.profile).toBe('proxy')
    expect(attached(request)).toBeUndefined()
    expect(attached(new Proxy(request, {}))).toBeUndefined()
  })

  it.each([Object.freeze, Object.seal, Object.preventExtensions])(
    'cannot be added where nothing can: %o',
    (shut) => {
      const [request, later] = [message(), message()]
      attach(later, identity, gate('first'))
      for (const one of [request, later]) shut(one)
      expect(attach(request, identity, gate('any'))).toBe(false)
      expect(attached(request)).toBeUndefined()
      expect(attached(later)?.by.profile).toBe('first')
    },
  )

  it('shows no claims where a request is logged', () => {
    const request = message()
    const name = 'a-name-nobody-should-see'
    attach(request, { ...identity, userId: name } as never, gate('any'))
    expect(inspect(request, { depth: 9, showHidden: true })).not.toContain(name)
    expect(inspect(Object.assign({}, request), { depth: 9 })).toContain('[countersign]')
  })

  it.each(MAKERS)('stands under no name that another middleware could write: %s', (_n, make) => {
    const request: object = make()
    const names = Object.keys(request)
    attach(request, identity, gate('any'))
    expect(Object.keys(request)).toEqual(names)
    expect(Reflect.ownKeys(request)).not.toContain('identity')
  })

  it('is not taken from a look-alike', () => {
    const found = { identity, by: gate('forged') }
    const forged = { [Symbol.for('countersign')]: found, [Symbol('countersign')]: found }
    expect(attached({ ...forged, countersign: found, identity })).toBeUndefined()
  })
})
