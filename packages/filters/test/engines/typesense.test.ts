import { describe, expect, it } from 'vitest'
import { toTypesense, type TypesenseOptions } from '../../src/engines/typesense.ts'
import {
  matchAll,
  matchNone,
  mergeFilters,
  parseFilters,
  type Filters,
  type Scalar,
} from '../../src/index.ts'
import { compileRefusal } from '../compile/refusal.ts'
import { selects } from '../readers/ast.ts'
import { expectLaw, FIELDS, TYPES } from '../readers/law.ts'
import { readTypesense } from '../readers/typesense.ts'

const RUNS = 8000
const parse = (attributes: unknown): Filters => parseFilters({ attributes }, { source: 'body' })
const compile = (attributes: unknown, options?: TypesenseOptions): string =>
  toTypesense(parse(attributes), options)
const refusal = (attributes: unknown, options?: TypesenseOptions): string =>
  compileRefusal(() => compile(attributes, options))

describe('toTypesense', () => {
  it('compares whole values, in backticks', () => {
    expect(compile({ $and: [{ env: 'dev' }, { modules: { $in: ['m1', 'm2'] } }] })).toBe(
      '(env:=`dev` && modules:=[`m1`,`m2`])',
    )
    expect(compile({ env: { $eq: 'dev' } })).toBe('env:=`dev`')
    expect(compile({ env: { $in: ['dev', 'dev'] } })).toBe('env:=`dev`')
  })

  it('puts every group in parentheses', () => {
    expect(compile({ $or: [{ a: 'x', b: 'y' }, { c: 'z' }], d: 'w' })).toBe(
      '(((a:=`x` && b:=`y`) || c:=`z`) && d:=`w`)',
    )
    expect(compile({ $or: [{ a: 'x' }, { b: 'y' }] })).toBe('(a:=`x` || b:=`y`)')
  })

  it('leaves syntax in backticks as it is', () => {
    expect(compile({ a: { $in: ['x) || (y', 'a,b', '[x, y]', 'a:b', '$x(y)', '\\-x'] } })).toBe(
      'a:=[`x) || (y`,`a,b`,`[x, y]`,`a:b`,`$x(y)`,`\\-x`]',
    )
    expect(compile({ a: '!=x', b: '>1', c: '1..2' })).toBe('(a:=`!=x` && b:=`>1` && c:=`1..2`)')
  })

  it('refuses symbols that the collection does not index, where it is told which those are', () => {
    const symbols = '-@.'
    expect(compile({ a: { $in: ['a-1', 'é@x.de', 'two words', 'x\u0301'] } }, { symbols })).toBe(
      'a:=[`a-1`,`é@x.de`,`two words`,`x\u0301`]',
    )
    expect(compile({ a: 'c++', n: -1 }, { fields: { a: {}, n: { type: 'number' } } })).toBe(
      '(a:=`c++` && n:=-1)',
    )
    for (const value of ['c++', 'a_1', 'a/1', 'a\n1'])
      expect(refusal({ a: { $in: ['a-1', value] } }, { symbols })).toBe(
        'unsupported_value /attributes/a/$in/1',
      )
    expect(refusal({ a: 'a-1' }, { symbols: '' })).toMatch(/^unsupported_value/)
    expect(() => compile({ a: 'x' }, { symbols: 1 as never })).toThrow(TypeError)
    expect(() => compile({ a: 'x' }, { symbol: '-' } as never)).toThrow(
      new TypeError('options.symbol is not an option'),
    )
  })

  it('maps attributes to fields, and leaves out what they do not hold', () => {
    const fields = {
      env: 'meta.env',
      level: { name: 'meta.level', type: 'number' },
      beta: { type: 'boolean' },
    } as const
    expect(
      compile(
        { env: 'dev', level: { $in: [1, -2.5, '1'] }, beta: { $in: [true, false, 'true'] } },
        { fields, prefix: 'attributes.' },
      ),
    ).toBe('(meta.env:=`dev` && meta.level:=[1,-2.5] && attributes.beta:=[true,false])')
    expect(compile({ level: -1, beta: true }, { fields })).toBe('(meta.level:=-1 && beta:=true)')
  })

  it('says everything as no condition, and nothing as a condition', () => {
    expect(toTypesense(matchAll)).toBe('')
    expect(toTypesense(matchNone)).toBe('(id:=0 && id:=1)')
    expect(compile({ a: 'x', b: { $in: [] } })).toBe('(id:=0 && id:=1)')
    expect(compile({ $or: [{ a: 'x' }, { b: { $in: [] } }] })).toBe('a:=`x`')
    const nothing = readTypesense(toTypesense(matchNone), {})
    for (const id of ['0', '1', '']) expect(selects(nothing, { id })).toBe(false)
  })

  it('refuses numbers and booleans of which it is not said that the field holds them', () => {
    expect(refusal({ a: 1 })).toBe('undeclared_type /attributes/a')
    expect(refusal({ $or: [{ a: 'x' }, { a: { $in: ['1', true] } }] })).toBe(
      'undeclared_type /attributes/$or/1/a/$in/1',
    )
    expect(refusal({ a: 'x', b: 'y' }, { fields: { a: 'a' } })).toBe('unmapped_key /attributes/b')
  })

  it.each<readonly [reason: string, ...values: string[]]>([
    ['Typesense cannot escape a backtick.', '`', 'x`y', 'x\\`', 'x` || a:=`y'],
    ['Typesense reads a colon before a bracket as a place on the map.', 'x:(y', 'x: [ (1)', ':(x)'],
    [
      'Typesense reads a backslash at the end as the escape of the closing backtick.',
      'x\\',
      'x\\\\',
    ],
    ['Typesense reads an asterisk at the end as a prefix.', 'x*', 'x* ', 'x**', '*'],
    ['Typesense reads a string in double quotes as a phrase.', '"x"', ' "x y" ', '"x" "y"', '"\n"'],
    ['Typesense finds no strings without a letter or a digit.', '', ' ', '\n', ') || (', '\u2014'],
    ['Typesense cuts off words of that length.', 'x'.repeat(100), `x ${'\u00e9'.repeat(20)}`],
    [
      'Typesense does not compare all the words where one is repeated.',
      'x y x',
      'a A',
      'e\u0301 \u00e9',
    ],
  ])('refuses what it cannot say: %s', (reason, ...values) => {
    for (const value of values) {
      expect(refusal({ a: { $in: ['x', value] } })).toBe('unsupported_value /attributes/a/$in/1')
      expect(() => compile({ a: value })).toThrow(reason)
    }
  })

  it('takes what only looks like that', () => {
    for (const value of [
      'x:y',
      'x :y (z)',
      'x:y(z',
      '\\x',
      '*x',
      'x*y',
      '"x',
      'x"',
      '"x" y',
      '-x',
      'x - y',
    ])
      expect(compile({ a: value })).toBe(`a:=\`${value}\``)
    expect(compile({ a: 'x'.repeat(99) })).toHaveLength(104)
    expect(compile({ a: '\u00e9'.repeat(19) })).toHaveLength(24)
    expect(compile({ a: '  x  y\n' })).toBe('a:=`  x  y\n`')
  })

  it('refuses numbers that Typesense rounds', () => {
    const fields = { a: { type: 'number' } } as const
    for (const value of [0.1, 1e-7, 2 ** 53, 1e21, 16_777_217.5])
      expect(refusal({ a: { $in: [1, value] } }, { fields })).toBe(
        value === 2 ** 53
          ? 'compiled "a:=[1,9007199254740992]"'
          : 'unsupported_value /attributes/a/$in/1',
      )
    for (const value of [0, -1, 1.5, -0.25, 2 ** 53 - 1])
      expect(compile({ a: value }, { fields })).toBe(`a:=${value}`)
  })

  it('points into a merged filter', () => {
    const token = parseFilters({ attributes: { org: 'o1' } }, { source: 'token' })
    const merged = mergeFilters(token, parse({ $or: [{ a: 'x' }, { b: { $in: ['y', '`'] } }] }))
    expect(compileRefusal(() => toTypesense(merged.filters as Filters))).toBe(
      'unsupported_value /attributes/$and/1/$or/1/b/$in/1',
    )
  })

  it('refuses wrong options and filters that are none', () => {
    expect(() => compile({ a: 'x' }, { feilds: {} } as TypesenseOptions)).toThrow(TypeError)
    expect(() => compile({ a: 'x' }, { fields: { a: 'a:=`' } })).toThrow(TypeError)
    expect(() => compile({ a: 'x' }, { prefix: '$a' })).toThrow(TypeError)
    expect(() => toTypesense({ attributes: {} } as Filters)).toThrow(TypeError)
  })
})

/** As the table above, but by looking instead of by patterns. */
function isUnsayable(value: Scalar): boolean {
  if (typeof value === 'number') return !Number.isSafeInteger(value) && Math.fround(value) !== value
  if (typeof value !== 'string') return false
  const trimmed = value.replaceAll('\n', ' ').trim()
  const words = trimmed.toLowerCase().split(' ')
  return (
    ['`', ':(', ': (', ':[', ': ['].some((text) => value.includes(text)) ||
    value.endsWith('\\') ||
    trimmed.endsWith('*') ||
    (trimmed.length > 1 && trimmed.startsWith('"') && trimmed.endsWith('"')) ||
    (!/[0-9]/.test(value) && value.toLowerCase() === value.toUpperCase()) ||
    new Set(words).size < words.length
  )
}

describe('law 2 for Typesense', () => {
  it('finds the same documents as `matches`, whatever the strings are', () => {
    expectLaw(RUNS, {
      strings: [
        'x:(y',
        'x: [ (y',
        'x: y(',
        '"x"',
        '"x',
        '$x(y)',
        '!$x(y)',
        'x.{y',
        '=x',
        '>1',
        '1..2',
        'x y x',
      ],
      compile: (filters) => toTypesense(filters, { fields: FIELDS }),
      read: (filter) => readTypesense(filter, TYPES),
      isUnsayable,
    })
  })
})
