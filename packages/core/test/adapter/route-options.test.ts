import { describe, expect, it } from 'vitest'
import { checkRoute, readRoute } from '../../src/adapter/route-options.ts'

describe('readRoute', () => {
  const nothing = { open: false, optional: undefined, unbound: false }

  it.each<[unknown, object]>([
    [undefined, nothing],
    [false, { ...nothing, open: true }],
    [{}, nothing],
    [{ optional: true }, { ...nothing, optional: true }],
    [{ body: 'unbound' }, { ...nothing, unbound: true }],
    [
      { optional: true, body: 'unbound' },
      { ...nothing, optional: true, unbound: true },
    ],
  ])('reads %j', (countersign, route) => {
    expect(readRoute({ countersign })).toStrictEqual(route)
  })

  it.each([
    [null],
    [0],
    [''],
    [true],
    [[]],
    ['unbound'],
    [{ optional: 'true', body: 'bound' }],
    [{ optional: 1, body: true }],
    [{ optional: false }],
    [{ open: true, unbound: true }],
  ])('opens nothing for %j', (countersign) => {
    expect(readRoute({ countersign })).toStrictEqual(nothing)
  })

  it('reads own members only', () => {
    expect(readRoute({})).toStrictEqual(nothing)
    expect(readRoute(Object.create({ countersign: false }) as object)).toStrictEqual(nothing)
    const inherited = Object.create({ optional: true, body: 'unbound' }) as object
    expect(readRoute({ countersign: inherited })).toStrictEqual(nothing)
  })
})

describe('checkRoute', () => {
  it.each([
    [undefined],
    [false],
    [{}],
    [{ optional: true }],
    [{ body: 'unbound' }],
    [{ optional: true, body: 'unbound' }],
  ])('takes %j', (options) => {
    expect(() => checkRoute(options, 'GET /')).not.toThrow()
  })

  it.each([
    [true],
    [null],
    ['unbound'],
    [[]],
    [0],
    [{ optional: false }],
    [{ optional: undefined }],
    [{ body: 'bound' }],
    [{ public: true }],
    [{ public: undefined }],
    [{ optional: true, x: undefined }],
  ])('refuses %j', (options) => {
    expect(() => checkRoute(options, 'GET /x')).toThrow(
      new TypeError('countersign: route GET /x has options that are not known'),
    )
  })
})
