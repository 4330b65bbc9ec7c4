import { afterEach, describe, expect, it } from 'vitest'
import { choiceOption, numberOption, ownOptions, stringOption } from '../src/options.ts'

interface Options {
  readonly a?: unknown
  readonly b?: unknown
}
const own = (options: unknown, definite: ('a' | 'b')[] = []): Options =>
  ownOptions<Options>('here', options as Options, ['a', 'b'], definite)

describe('ownOptions', () => {
  afterEach(() => {
    Reflect.deleteProperty(Object.prototype, 'a')
  })

  it('copies own options onto no prototype', () => {
    const options = { a: 1 }
    const copy = own(options)
    expect(copy).toEqual({ a: 1 })
    expect(copy).not.toBe(options)
    expect(Object.getPrototypeOf(copy)).toBeNull()
  })

  it.each([[null], [undefined], ['x'], [7], [[]], [(): object => ({})]])(
    'refuses %j',
    (options) => {
      expect(() => own(options)).toThrow(new TypeError('here: expected an options object'))
    },
  )

  it('refuses a name that is not known, and says which are', () => {
    expect(() => own({ A: 1 })).toThrow(new TypeError('here: unknown option "A" (known: a, b)'))
    expect(() => own(JSON.parse('{"__proto__":{"a":1}}'))).toThrow(
      new TypeError('here: unknown option "__proto__" (known: a, b)'),
    )
    expect(() => own({ c: undefined })).toThrow(
      new TypeError('here: unknown option "c" (known: a, b)'),
    )
  })

  it('does not let a polluted Object.prototype set options', () => {
    Object.assign(Object.prototype, { a: 'polluted' })
    expect(own({}).a).toBeUndefined()
    expect(own({ b: 1 }, ['a']).a).toBeUndefined()
  })

  it('refuses an explicit undefined where a definite value is asked for', () => {
    expect(() => own({ a: undefined }, ['a'])).toThrow(
      new TypeError('here: option "a" is undefined; leave it out or give a value'),
    )
    expect(own({ b: undefined }, ['a'])).toEqual({ b: undefined })
    expect(own({ a: null }, ['a'])).toEqual({ a: null })
    expect(own({}, ['a', 'b'])).toEqual({})
  })
})

describe('numberOption', () => {
  const read = (value: unknown, integer?: boolean): number =>
    numberOption('n', value, {
      min: 1,
      max: 3,
      fallback: 2,
      ...(integer !== undefined && { integer }),
    })

  it('is the default where it is not given', () => {
    expect(read(undefined)).toBe(2)
  })

  it('takes the bounds and what is between', () => {
    expect([1, 1.5, 3].map((value) => read(value))).toEqual([1, 1.5, 3])
    expect([1, 2, 3].map((value) => read(value, true))).toEqual([1, 2, 3])
  })

  it.each([[0.999], [3.001], [NaN], [Infinity], ['2'], [null], [2n], [true]])(
    'refuses %s',
    (value) => {
      expect(() => read(value)).toThrow(new TypeError('n must be a number from 1 to 3'))
    },
  )

  it('refuses a fraction where an integer is asked for', () => {
    expect(() => read(1.5, true)).toThrow(new TypeError('n must be an integer from 1 to 3'))
    expect(() => read(4, true)).toThrow(new TypeError('n must be an integer from 1 to 3'))
  })
})

describe('stringOption', () => {
  it('takes text that is not empty', () => {
    expect(stringOption('s', ' ')).toBe(' ')
    for (const value of ['', undefined, null, 7, ['x']])
      expect(() => stringOption('s', value)).toThrow(new TypeError('s must be a non-empty string'))
  })
})

describe('choiceOption', () => {
  it('takes one of the choices, or the default', () => {
    expect(choiceOption('c', undefined, ['x', 'y'], 'y')).toBe('y')
    expect(choiceOption('c', 'x', ['x', 'y'], 'y')).toBe('x')
    for (const value of ['z', '', null, ['x']])
      expect(() => choiceOption('c', value, ['x', 'y'], 'y')).toThrow(
        new TypeError('c must be one of: x, y'),
      )
  })
})
