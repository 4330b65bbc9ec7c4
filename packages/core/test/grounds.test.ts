import { expect, it } from 'vitest'
import { ground, groundsOf, type Grounds } from '../src/grounds.ts'
import { anonymousIdentity } from '../src/identity.ts'

const by = {}
const grounds: Grounds = { by, tenant: undefined, key: undefined, filters: undefined }
const grounded = ground(anonymousIdentity('acme', undefined), grounds)

it('freezes the identity, and leaves it as it looks', () => {
  expect(Object.isFrozen(grounded)).toBe(true)
  expect(Reflect.ownKeys(grounded)).toEqual(Reflect.ownKeys(anonymousIdentity('acme', undefined)))
})

it('is found by what made it, and by nothing else', () => {
  expect(groundsOf(grounded, by)).toBe(grounds)
  expect(groundsOf(grounded, {})).toBeUndefined()
})

it.each<[string, unknown]>([
  ['a copy', { ...grounded }],
  ['a clone', structuredClone(grounded)],
  ['an heir', Object.create(grounded)],
  ['a proxy', new Proxy(grounded, {})],
  ['undefined', undefined],
  ['a text', 'verified'],
])('is not found behind %s', (_name, other) => {
  expect(groundsOf(other as object, by)).toBeUndefined()
})
