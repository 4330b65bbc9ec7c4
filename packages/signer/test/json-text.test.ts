import { describe, expect, test } from 'vitest'
import { jsonText } from '../src/json-text.ts'
import { SignerError } from '../src/index.ts'

const write = (value: unknown, levels = 8, nodes = 1000): string =>
  jsonText(value, '/x', levels, { nodes })

function refusal(value: unknown, levels?: number, nodes?: number): unknown {
  try {
    return write(value, levels, nodes)
  } catch (error) {
    if (!(error instanceof SignerError)) throw error
    return [error.code, error.pointer]
  }
}

describe('writes', () => {
  test.each([
    ['text', '"\\\u2028é🔒\n'],
    ['numbers', [0, 1, -1.5, 1e21, 1e-7, Number.MAX_SAFE_INTEGER, 5e-324]],
    ['booleans and null', [true, false, null]],
    ['nested values', { a: [{ b: [] }, {}], '': 1, 'a/b~c': 'x' }],
  ])('%s as JSON.stringify does', (_name, value) => {
    expect(write(value)).toBe(JSON.stringify(value))
  })

  test('one zero', () => {
    expect(write(-0)).toBe('0')
  })

  test('an object without a prototype, and one of another realm’s shape', () => {
    expect(write(Object.assign(Object.create(null) as object, { a: 1 }))).toBe('{"a":1}')
  })

  test('each member once: what a getter says the second time does not count', () => {
    let reads = 0
    const value = {
      get role(): string {
        return ['user', 'admin'][reads++] ?? 'admin'
      },
    }
    expect(write(value)).toBe('{"role":"user"}')
    expect(reads).toBe(1)
  })

  test('without asking a toJSON on Object.prototype', () => {
    const prototype = Object.prototype as { toJSON?: unknown }
    let text: string
    prototype.toJSON = () => 'polluted'
    try {
      text = write({ list: [{ a: 1 }] })
    } finally {
      delete prototype.toJSON
    }
    expect(text).toBe('{"list":[{"a":1}]}')
  })
})

class User {
  readonly id = 'u'
}

describe('refuses', () => {
  test.each<[string, unknown, string, string]>([
    ['undefined', undefined, 'undefined_value', '/x'],
    [
      'an undefined member, which JSON.stringify would leave out',
      { a: { b: undefined } },
      'undefined_value',
      '/x/a/b',
    ],
    [
      'an undefined item, which JSON.stringify would turn into null',
      [1, undefined],
      'undefined_value',
      '/x/1',
    ],
    // oxlint-disable-next-line no-sparse-arrays
    ['a hole in a list', [1, , 2], 'undefined_value', '/x/1'],
    ['NaN', { a: Number.NaN }, 'not_json', '/x/a'],
    ['Infinity', -Infinity, 'not_json', '/x'],
    ['a bigint', 1n, 'not_json', '/x'],
    ['a symbol', Symbol('x'), 'not_json', '/x'],
    ['a function', { a: () => 1 }, 'not_json', '/x/a'],
    ['a Date, which would become a text', new Date(0), 'not_json', '/x'],
    ['a Map, which would become {}', [new Map([['a', 1]])], 'not_json', '/x/0'],
    ['bytes', new Uint8Array(2), 'not_json', '/x'],
    ['an instance of a class', { user: new User() }, 'not_json', '/x/user'],
    ['a boxed text', Object('x'), 'not_json', '/x'],
    ['a promise', Promise.resolve('x'), 'not_json', '/x'],
    ['a symbol as a name', { [Symbol('x')]: 1 }, 'not_json', '/x'],
    ['a toJSON of its own', { toJSON: () => 'x' }, 'not_json', '/x/toJSON'],
    ['a lone surrogate', { a: '\ud800' }, 'not_json', '/x/a'],
    ['a lone surrogate in a name', { 'a\udc00': 1 }, 'not_json', '/x/a\udc00'],
    ['__proto__', JSON.parse('{"a":{"__proto__":1}}'), 'bad_name', '/x/a/__proto__'],
    ['constructor', { constructor: 1 }, 'bad_name', '/x/constructor'],
    ['prototype', { prototype: 1 }, 'bad_name', '/x/prototype'],
    [
      'a name with "/" and "~", pointed at as RFC 6901 says',
      { 'a/b~c': undefined },
      'undefined_value',
      '/x/a~1b~0c',
    ],
  ])('%s', (_name, value, code, pointer) => {
    expect(refusal(value)).toEqual([code, pointer])
  })

  test('more levels than there are', () => {
    expect(refusal([[1]], 2)).toBe('[[1]]')
    expect(refusal([[1]], 1)).toEqual(['too_deep', '/x/0'])
    expect(refusal('flat', 0)).toBe('"flat"')
  })

  test('what stands in itself, before the stack or the memory ends', () => {
    const loop: unknown[] = []
    loop.push(loop, loop)
    expect(refusal(loop, 31, 8192)).toEqual(['too_deep', `/x${'/0'.repeat(31)}`])
  })

  test('more values than fit, before all of them are looked at', () => {
    expect(refusal([1, 2, 3], 8, 4)).toBe('[1,2,3]')
    expect(refusal([1, 2, 3], 8, 3)).toEqual(['token_too_large', ''])
    // A list that says it is long, and has nothing in it.
    expect(refusal(Object.assign([], { length: 2 ** 32 - 1 }))).toEqual(['undefined_value', '/x/0'])
  })
})

describe('what the message shows of a pointer', () => {
  const messageOf = (pointer: string): string => new SignerError('not_json', pointer).message

  test('a name cannot break or turn the line of a log', () => {
    expect(messageOf('/a\n\u202e\u{1f512}b')).toBe('The value is not JSON. At "/a????b".')
  })

  test('a long one is cut; the pointer is whole', () => {
    const pointer = `/${'a'.repeat(1000)}`
    expect(messageOf(pointer)).toBe(`The value is not JSON. At "/${'a'.repeat(199)}…".`)
    expect(new SignerError('not_json', pointer).pointer).toBe(pointer)
  })

  test('all of it', () => {
    expect(messageOf('')).toBe('The value is not JSON.')
  })
})
