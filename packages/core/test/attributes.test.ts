import { describe, expect, it } from 'vitest'
import { copyAttributes, sameAttributes } from '../src/attributes.ts'

function nested(levels: number): object {
  let value: object = {}
  for (let i = 1; i < levels; i++) value = { a: value }
  return value
}

const keyed = (count: number): Record<string, unknown> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]))

describe('copyAttributes', () => {
  it('copies JSON values and shares nothing', () => {
    const given = {
      a: 'x',
      b: 1.5,
      c: true,
      d: false,
      e: null,
      f: [1, [], {}],
      g: { h: { i: '' } },
    }
    const copy = copyAttributes(given)
    expect(copy).toEqual(given)
    expect(copy).not.toBe(given)
    expect(copy?.['f']).not.toBe(given.f)
    expect((copy as typeof given).f[2]).not.toBe(given.f[2])
    expect(copy?.['g']).not.toBe(given.g)
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
  })

  it('takes nothing as nothing', () => {
    expect(copyAttributes({})).toEqual({})
    expect(copyAttributes(Object.create(null))).toEqual({})
  })

  it.each([[null], [undefined], [[]], ['x'], [1], [new Map()], [new Date()], [Buffer.alloc(1)]])(
    'refuses %j, which is no plain object',
    (value) => {
      expect(copyAttributes(value)).toBeUndefined()
    },
  )

  it.each([
    ['undefined', undefined],
    ['a function', (): void => undefined],
    ['a symbol', Symbol('x')],
    ['a bigint', 1n],
    ['NaN', NaN],
    ['Infinity', Infinity],
    ['-Infinity', -Infinity],
    ['a date', new Date()],
    ['an instance', new URL('https://a.example')],
    ['bytes', Buffer.alloc(1)],
    ['a list with a hole', Array.from({ length: 1 })],
  ])('refuses %s as a value, at any level', (_, value) => {
    expect(copyAttributes({ a: value })).toBeUndefined()
    expect(copyAttributes({ a: [value] })).toBeUndefined()
    expect(copyAttributes({ a: { b: [{ c: value }] } })).toBeUndefined()
  })

  it.each([['__proto__'], ['constructor'], ['prototype']])('refuses the key %s', (name) => {
    const bad = JSON.parse(`{${JSON.stringify(name)}:1}`) as object
    expect(copyAttributes(bad)).toBeUndefined()
    expect(copyAttributes({ a: [bad] })).toBeUndefined()
    expect(copyAttributes({ a: name, b: [name] })).toEqual({ a: name, b: [name] })
  })

  it('takes 64 keys in all, and not one more', () => {
    expect(copyAttributes(keyed(64))).toEqual(keyed(64))
    expect(copyAttributes(keyed(65))).toBeUndefined()
    expect(copyAttributes({ a: keyed(63) })).toEqual({ a: keyed(63) })
    expect(copyAttributes({ a: keyed(64) })).toBeUndefined()
    expect(copyAttributes({ a: [keyed(31), keyed(31)], b: 0 })).toEqual({
      a: [keyed(31), keyed(31)],
      b: 0,
    })
    expect(copyAttributes({ a: [keyed(31), keyed(32)], b: 0 })).toBeUndefined()
  })

  it('does not count places in a list as keys', () => {
    const list = Array.from({ length: 1000 }, () => 0)
    expect(copyAttributes({ list })).toEqual({ list })
  })

  it('takes 8 levels, and not one more', () => {
    expect(copyAttributes(nested(8))).toEqual(nested(8))
    expect(copyAttributes(nested(9))).toBeUndefined()
    expect(copyAttributes({ a: [[[[[[[]]]]]]] })).toEqual({ a: [[[[[[[]]]]]]] })
    expect(copyAttributes({ a: [[[[[[[[]]]]]]]] })).toBeUndefined()
  })

  it('does not follow depth that would end a recursive walk, nor a cycle', () => {
    expect(copyAttributes(nested(100_000))).toBeUndefined()
    const cycle: { a?: unknown } = {}
    cycle.a = cycle
    expect(copyAttributes(cycle)).toBeUndefined()
  })

  it('takes 8192 bytes of JSON, and not one more', () => {
    const fits = { a: 'x'.repeat(8192 - '{"a":""}'.length) }
    expect(copyAttributes(fits)).toEqual(fits)
    expect(copyAttributes({ a: `${fits.a}x` })).toBeUndefined()
    expect(copyAttributes({ a: `${fits.a.slice(0, -1)}ü` })).toBeUndefined()
    expect(copyAttributes({ a: `${fits.a.slice(0, -2)}ü` })).toEqual({
      a: `${fits.a.slice(0, -2)}ü`,
    })
  })

  it('does not walk a list that cannot fit', () => {
    let read = 0
    const list = new Proxy([] as number[], {
      get(target, name) {
        if (name === 'length') return 1e9
        read += 1
        return Reflect.get(target, name) as unknown
      },
    })
    expect(copyAttributes({ list })).toBeUndefined()
    expect(read).toBe(0)
  })

  it('stops a walk of many small lists before their size is known', () => {
    let read = 0
    const wide = Array.from({ length: 8192 }, () =>
      Object.defineProperty([0], 0, {
        enumerable: true,
        get() {
          read += 1
          return 0
        },
      }),
    )
    expect(copyAttributes({ wide })).toBeUndefined()
    expect(read).toBe(0)
  })

  it('reads each member once: what was checked is what is copied', () => {
    let reads = 0
    const given = {
      get a(): unknown {
        reads += 1
        return reads === 1 ? 'checked' : new Map()
      },
    }
    expect(copyAttributes(given)).toEqual({ a: 'checked' })
    expect(reads).toBe(1)
  })
})

describe('sameAttributes', () => {
  it('does not mind the order of members, at any level', () => {
    expect(sameAttributes({ a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 })).toBe(true)
    expect(sameAttributes({ c: 1, a: 2, b: 3 }, { b: 3, c: 1, a: 2 })).toBe(true)
    expect(sameAttributes({}, {})).toBe(true)
  })

  it.each<[object, object]>([
    [{ a: 1 }, { a: 2 }],
    [{ a: 1 }, { a: '1' }],
    [{ a: 1 }, { b: 1 }],
    [{ a: 1 }, {}],
    [{ a: null }, {}],
    [{ a: [1, 2] }, { a: [2, 1] }],
    [{ a: { b: 1 } }, { a: { b: 2 } }],
    [{ a: [{ b: 1 }] }, { a: [{ b: 2 }] }],
  ])('tells %j from %j', (a, b) => {
    expect(sameAttributes(a as Record<string, unknown>, b as Record<string, unknown>)).toBe(false)
  })

  it.each<[object, object]>([
    [{ a: {} }, { a: [] }],
    [{ a: { b: 1 } }, { a: [['b', 1]] }],
  ])('tells an object from a list: %j, %j', (a, b) => {
    expect(sameAttributes(a as Record<string, unknown>, b as Record<string, unknown>)).toBe(false)
  })
})
