import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import {
  deepFreeze,
  isData,
  isObject,
  isPlainObject,
  member,
  parseJson,
  parseJsonObject,
} from '../src/json.ts'

describe('parseJson', () => {
  it.each([
    ['{}'],
    ['[]'],
    ['null'],
    ['0'],
    ['"text"'],
    ['{"a":1,"b":[true,null,"x"],"c":{"d":-1.5e3}}'],
    [' \t\r\n{ "a" : [ ] , "b" : { } } '],
    ['{"":1}'],
    ['{"a\\"b":1,"a":2,"b":3}'],
    ['{"a":"\\\\","b":"\\"","c":"{[,:"}'],
    ['{"emoji":"😀","ü":1}'],
  ])('reads %s as JSON.parse does', (text) => {
    expect(parseJson(text, 32)).toEqual(JSON.parse(text))
    expect(parseJson(Buffer.from(text), 32)).toEqual(JSON.parse(text))
  })

  it.each([[''], [' '], ['{'], ['{"a":1,}'], ["{'a':1}"], ['undefined'], ['NaN'], ['{} {}']])(
    'refuses %j, which is no JSON',
    (text) => {
      expect(parseJson(text, 32)).toBeUndefined()
    },
  )

  it('refuses bytes that are not UTF-8', () => {
    expect(parseJson(Uint8Array.of(0x22, 0xff, 0x22), 32)).toBeUndefined()
    expect(parseJson(Uint8Array.of(0x22, 0xc0, 0xaf, 0x22), 32)).toBeUndefined()
    expect(parseJson(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22), 32)).toBeUndefined()
  })

  it('refuses a BOM, in bytes and in text', () => {
    expect(parseJson(Buffer.from('\uFEFF{}'), 32)).toBeUndefined()
    expect(parseJson('\uFEFF{}', 32)).toBeUndefined()
  })

  it('freezes what it reads, to the bottom', () => {
    const value = parseJson('{"a":[{"b":{}}],"c":{"d":[[]]}}', 32) as {
      a: object[]
      c: { d: object[] }
    }
    const parts = [value, value.a, value.a[0], (value.a[0] as { b: object }).b, value.c, value.c.d]
    expect([...parts, value.c.d[0]].map((part) => Object.isFrozen(part))).not.toContain(false)
  })

  describe('repeated members (RFC 7519 section 4)', () => {
    it.each([
      ['{"a":1,"a":1}'],
      ['{"a":1,"b":2,"a":3}'],
      ['{"a":1,"\\u0061":2}'],
      ['{"\\u0061":1,"a":2}'],
      ['{"":1,"":2}'],
      ['{"a\\"b":1,"a\\"b":2}'],
      ['{"a\\\\":1,"a\\\\":2}'],
      ['{"a":{"b":1},"a":2}'],
      ['{"a":[1,{"b":2}],"c":"x","a":3}'],
      ['{"a":{"b":1,"b":2}}'],
      ['[{"a":1},{"b":1,"b":2}]'],
      ['{"x":[[],{}],"y":{},"x":1}'],
      ['{ "a" : 1 , "a" : 2 }'],
    ])('are refused: %s', (text) => {
      expect(parseJson(text, 32)).toBeUndefined()
    })

    it.each([
      ['{"a":"a","b":"a"}'],
      ['{"a":{"a":{"a":1}}}'],
      ['[{"a":1},{"a":1}]'],
      ['{"a":["a","a"],"b":["a"]}'],
      ['["a","a","b"]'],
      ['{"a":[{"a":1},"a",{"a":2}],"b":{"a":1}}'],
      ['{"a":"x\\",\\"a\\":1"}'],
      ['{"a":1,"A":2}'],
    ])('are told from names and texts that only look alike: %s', (text) => {
      expect(parseJson(text, 32)).toEqual(JSON.parse(text))
    })
  })

  it.each([
    ['{"__proto__":1}'],
    ['{"a":{"__proto__":{"b":1}}}'],
    ['[{"__proto__":[]}]'],
    ['{"\\u005f_proto__":1}'],
  ])('refuses a member named __proto__: %s', (text) => {
    expect(parseJson(text, 32)).toBeUndefined()
  })

  it('takes __proto__ as a text', () => {
    expect(parseJson('{"a":"__proto__","b":["__proto__"]}', 32)).toEqual({
      a: '__proto__',
      b: ['__proto__'],
    })
  })

  it('reads on where a prototype is polluted, and leaves it alone', () => {
    const polluted: object = Object.prototype
    const { hasOwnProperty } = Object.prototype
    const extra = { deep: [] }
    let value: unknown
    let repeated: unknown
    Object.assign(polluted, { extra, hasOwnProperty: 1 })
    try {
      value = parseJson('{"a":{"b":[1]},"c":2}', 32)
      repeated = parseJson('{"a":1,"a":2}', 32)
    } finally {
      Object.assign(polluted, { hasOwnProperty })
      Reflect.deleteProperty(polluted, 'extra')
    }
    expect(value).toEqual({ a: { b: [1] }, c: 2 })
    expect(repeated).toBeUndefined()
    expect(Object.isFrozen(extra)).toBe(false)
  })

  describe('depth', () => {
    it.each([
      ['[[[]]]', 3],
      ['{"a":{"a":{}}}', 3],
      ['[{"a":[1]}]', 3],
      ['[[],[],[[]]]', 3],
      ['[]', 1],
    ])('lets %s be %i levels deep and no more', (text, depth) => {
      expect(parseJson(text, depth)).toEqual(JSON.parse(text))
      expect(parseJson(text, depth - 1)).toBeUndefined()
    })

    it('counts a scalar as no level', () => {
      expect(parseJson('1', 0)).toBe(1)
    })

    it('counts open levels, not brackets in texts', () => {
      expect(parseJson('{"a":"[[[[","b":"{{{{"}', 1)).toEqual({ a: '[[[[', b: '{{{{' })
    })

    it('refuses depth that would end a recursive reader', () => {
      expect(parseJson('['.repeat(5_000) + ']'.repeat(5_000), 32)).toBeUndefined()
    })
  })
})

describe('parseJsonObject', () => {
  it('reads an object', () => {
    expect(parseJsonObject('{"a":1}', 1)).toEqual({ a: 1 })
  })

  it.each([['[]'], ['null'], ['1'], ['"{}"'], ['true'], ['{"a":[]} '.repeat(2)]])(
    'refuses %s',
    (text) => {
      expect(parseJsonObject(text, 32)).toBeUndefined()
    },
  )

  it('holds to the depth', () => {
    expect(parseJsonObject('{"a":[]}', 1)).toBeUndefined()
  })
})

describe('member', () => {
  it('reads own members only', () => {
    expect(member({ a: 1 }, 'a')).toBe(1)
    expect(member({ a: 1 }, 'b')).toBeUndefined()
    expect(member({}, 'constructor')).toBeUndefined()
    expect(member(Object.create({ a: 1 }) as object, 'a')).toBeUndefined()
  })
})

describe('isObject', () => {
  it('takes objects that are neither null nor a list', () => {
    expect([{}, new Date(), Object.create(null)].map(isObject)).toEqual([true, true, true])
    expect([null, undefined, [], 'x', 1, () => ({})].map(isObject)).toEqual(
      Array.from({ length: 6 }, () => false),
    )
  })
})

describe('isPlainObject', () => {
  it('takes what a literal or JSON.parse makes, of this realm or another', () => {
    const foreign: unknown = runInNewContext('({ a: 1 })')
    expect([{}, { a: 1 }, Object.create(null), foreign].every(isPlainObject)).toBe(true)
  })

  it('refuses instances, lists and scalars', () => {
    const others = [
      new URL('https://a.example'),
      new Map(),
      new Date(),
      [],
      Buffer.alloc(1),
      null,
      undefined,
      'x',
      1,
    ]
    expect(others.some(isPlainObject)).toBe(false)
  })
})

describe('isData', () => {
  const cyclic: { self?: unknown; list: unknown[] } = { list: [] }
  cyclic.self = cyclic
  cyclic.list.push(cyclic.list)

  it.each<[unknown]>([
    [undefined],
    [null],
    [0],
    ['x'],
    [true],
    [5n],
    [Symbol('x')],
    [[]],
    [{}],
    [Object.create(null)],
    [{ a: [{ b: [null, 1, 'x'] }] }],
    [runInNewContext('({ a: [1] })')],
    [cyclic],
  ])('takes %#', (value) => {
    expect(isData(value)).toBe(true)
    expect(isData([{ value }])).toBe(true)
  })

  it.each<[unknown]>([
    [new Date(0)],
    [new Map()],
    [new Set()],
    [() => 1],
    [Uint8Array.of(1)],
    [new URL('http://a.example')],
    [/x/],
    [Promise.resolve()],
    [new Proxy(new Map(), {})],
  ])('refuses what freezing does not hold, %#', (value) => {
    expect(isData(value)).toBe(false)
    expect(isData({ a: [{ b: value }] })).toBe(false)
    expect(isData([1, [value]])).toBe(false)
  })

  it('has no depth at which it fails', () => {
    let value: object = {}
    for (let i = 0; i < 100_000; i++) value = { value }
    expect(isData(value)).toBe(true)
    let last: object = new Map()
    for (let i = 0; i < 100_000; i++) last = [last]
    expect(isData(last)).toBe(false)
  })
})

describe('deepFreeze', () => {
  it('freezes to the bottom and gives the same object back', () => {
    const value = { a: [{ b: { c: [1] } }], d: null, e: 'x' }
    expect(deepFreeze(value)).toBe(value)
    expect(Object.isFrozen(value)).toBe(true)
    expect(Object.isFrozen(value.a)).toBe(true)
    expect(Object.isFrozen(value.a[0]?.b)).toBe(true)
    expect(Object.isFrozen(value.a[0]?.b.c)).toBe(true)
  })

  it('goes below an object that was frozen on top', () => {
    const value = Object.freeze({ a: { b: 1 } })
    deepFreeze(value)
    expect(Object.isFrozen(value.a)).toBe(true)
  })

  it('ends on cycles', () => {
    const value: { self?: unknown } = {}
    value.self = [value]
    expect(deepFreeze(value)).toBe(value)
    expect(Object.isFrozen(value.self)).toBe(true)
  })

  it('leaves views of bytes, which cannot be frozen', () => {
    const bytes = Uint8Array.of(1)
    expect(Object.isFrozen(deepFreeze({ bytes, after: {} }))).toBe(true)
    expect(Object.isFrozen(bytes)).toBe(false)
    expect(deepFreeze(new DataView(new ArrayBuffer(1)))).toBeInstanceOf(DataView)
  })

  it('has no depth at which it fails', () => {
    let value: object = {}
    for (let i = 0; i < 100_000; i++) value = { value }
    expect(Object.isFrozen(deepFreeze(value))).toBe(true)
  })

  it('takes scalars', () => {
    expect([1, 'x', null, undefined].map((value) => deepFreeze<unknown>(value))).toEqual([
      1,
      'x',
      null,
      undefined,
    ])
  })
})
