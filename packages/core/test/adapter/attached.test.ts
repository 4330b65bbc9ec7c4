import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
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

  const message = (): IncomingMessage => new IncomingMessage(new Socket())
  // As Express does: an object between a request and its class.
  const exchangePrototype = (request: object): void => {
    Object.setPrototypeOf(request, Object.create(IncomingMessage.prototype) as object)
  }
  const ofExpress = (): IncomingMessage => {
    const request = message()
    exchangePrototype(request)
    return request
  }

  it.each<[string, () => object]>([
    ['Node’s own request', message],
    ['a request with another prototype', ofExpress],
    ['any object', () => ({})],
  ])('is found again, and replaced by what is attached later: %s', (_name, make) => {
    const request = make()
    expect(attached(request)).toBeUndefined()
    attach(request, found)
    expect(attached(request)).toBe(found)
    const later = { ...found, throws: true }
    attach(request, later)
    expect(attached(request)).toBe(later)
    expect(attached(make())).toBeUndefined()
  })

  it.each<[string, () => object]>([
    ['Node’s own request', message],
    ['a request with another prototype', ofExpress],
  ])(
    'is what was attached last, when the prototype is exchanged and set right: %s',
    (_name, make) => {
      const request = make()
      const setRight = (): void => void Object.setPrototypeOf(request, IncomingMessage.prototype)
      for (const change of [exchangePrototype, setRight, exchangePrototype, setRight, setRight]) {
        const latest = { ...found }
        attach(request, latest)
        expect(attached(request)).toBe(latest)
        change(request)
        expect(attached(request)).toBe(latest)
      }
    },
  )

  it.each<[string, () => object]>([
    ['Node’s own request', message],
    ['a request with another prototype', ofExpress],
  ])('of an object that inherits from it is its own, once it has one: %s', (_name, make) => {
    const request = make()
    attach(request, found)
    const inner = Object.create(request) as object
    const latest = { ...found }
    attach(inner, latest)
    expect(attached(inner)).toBe(latest)
    expect(attached(request)).toBe(found)
  })

  it.each([
    ['any object', () => ({})],
    ['Node’s own request', message],
  ])('stands under no name that another middleware could write: %s', (_name, make) => {
    const request: object = make()
    const names = Object.keys(request)
    attach(request, found)
    expect(Object.keys(request)).toEqual(names)
    expect(Reflect.ownKeys(request)).not.toContain('identity')
  })

  it('is not taken from a look-alike', () => {
    const forged = { [Symbol.for('countersign')]: found, [Symbol('countersign')]: found }
    expect(attached({ ...forged, countersign: found, identity: found.identity })).toBeUndefined()
  })
})
