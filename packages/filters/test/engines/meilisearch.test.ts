import { describe, expect, it } from 'vitest'
import { toMeilisearch, type FieldOptions } from '../../src/engines/meilisearch.ts'
import { matchAll, matchNone, mergeFilters, parseFilters, type Filters } from '../../src/index.ts'
import { compileRefusal } from '../compile/refusal.ts'
import { selects } from '../readers/ast.ts'
import { expectLaw, FIELDS } from '../readers/law.ts'
import { readMeilisearch } from '../readers/meilisearch.ts'

const RUNS = 8000
const parse = (attributes: unknown): Filters => parseFilters({ attributes }, { source: 'body' })
const compile = (attributes: unknown, options?: FieldOptions): string[] =>
  toMeilisearch(parse(attributes), options)
const refusal = (attributes: unknown, options?: FieldOptions): string =>
  compileRefusal(() => compile(attributes, options))

describe('toMeilisearch', () => {
  it('says each clause that holds as an element of its own', () => {
    expect(compile({ $and: [{ env: 'dev' }, { modules: { $in: ['m1', 'm2'] } }] })).toEqual([
      '"env" = "dev"',
      '"modules" IN ["m1", "m2"]',
    ])
    expect(compile({ env: { $eq: 'dev' } })).toEqual(['"env" = "dev"'])
    expect(compile({ env: { $in: ['dev', 'dev'] } })).toEqual(['"env" = "dev"'])
  })

  it('puts every group inside of an element in parentheses', () => {
    expect(compile({ $or: [{ a: 'x', b: 'y' }, { c: 'z' }], d: 'w' })).toEqual([
      '(("a" = "x" AND "b" = "y") OR "c" = "z")',
      '"d" = "w"',
    ])
    expect(compile({ $or: [{ a: 'x', $or: [{ b: 'y' }, { c: 'z' }] }, { d: 'w' }] })).toEqual([
      '(("a" = "x" AND ("b" = "y" OR "c" = "z")) OR "d" = "w")',
    ])
  })

  it('escapes quotes and backslashes, and nothing else', () => {
    expect(compile({ a: { $in: ['"', '\\', 'a\\', '\\"', '" OR "1"="1'] } })).toEqual([
      String.raw`"a" IN ["\"", "\\", "a\\", "\\\"", "\" OR \"1\"=\"1"]`,
    ])
    expect(compile({ a: { $in: ["o'k", '\\n', 'x\n', ', x] OR', 'x\u2028y'] } })).toEqual([
      `"a" IN ["o'k", "\\\\n", "x\n", ", x] OR", "x\u2028y"]`,
    ])
  })

  it('quotes names, also those that are keywords', () => {
    expect(compile({ OR: 'x', in: 'NOT', __x: 'NULL', 'a-b': 'y' })).toEqual([
      '"OR" = "x"',
      '"in" = "NOT"',
      '"__x" = "NULL"',
      '"a-b" = "y"',
    ])
  })

  it('maps attributes to fields, and leaves out what they do not hold', () => {
    const fields = {
      env: 'meta.env',
      level: { name: 'meta.level', type: 'number' },
      beta: { type: 'boolean' },
    } as const
    expect(
      compile(
        { env: 'dev', level: { $in: [1, -2.5, 1e21, '1'] }, beta: { $in: [true, 'true'] } },
        { fields, prefix: 'attributes.' },
      ),
    ).toEqual([
      '"meta.env" = "dev"',
      '"meta.level" IN ["1", "-2.5", "1e+21"]',
      '"attributes.beta" = "true"',
    ])
    expect(compile({ env: 'dev' }, { prefix: 'attributes.' })).toEqual(['"attributes.env" = "dev"'])
  })

  it('says everything as no condition, and nothing as a condition', () => {
    expect(toMeilisearch(matchAll)).toEqual([])
    expect(toMeilisearch(matchNone)).toEqual(['"none" IN []'])
    expect(compile({ a: 'x', b: { $in: [] } })).toEqual(['"b" IN []'])
    expect(compile({ $or: [{ a: 'x' }, { b: { $in: [] } }] })).toEqual(['"a" = "x"'])
    expect(selects(readMeilisearch(toMeilisearch(matchNone)), { none: 'x' })).toBe(false)
  })

  it('says nothing with a field that the index has, wherever the options name one', () => {
    const fields = { org: { name: 'meta.org', type: 'number' }, env: 'meta.env' } as const
    expect(toMeilisearch(matchNone, { fields })).toEqual(['"meta.org" IN []'])
    expect(compile({ org: 'x' }, { fields })).toEqual(['"meta.org" IN []'])
    expect(compile({ env: { $in: [] } }, { fields })).toEqual(['"meta.env" IN []'])
    expect(compile({ a: { $in: [] } }, { prefix: 'x.' })).toEqual(['"x.a" IN []'])
    expect(compileRefusal(() => toMeilisearch(matchNone, { fields: {} }))).toBe(
      'unmapped_key /attributes/none',
    )
  })

  it('refuses numbers and booleans of which it is not said that the field holds them', () => {
    expect(refusal({ a: 1 })).toBe('undeclared_type /attributes/a')
    expect(refusal({ $or: [{ a: 'x' }, { a: { $in: ['1', true] } }] })).toBe(
      'undeclared_type /attributes/$or/1/a/$in/1',
    )
    expect(refusal({ a: 'x', b: 'y' }, { fields: { a: 'a' } })).toBe('unmapped_key /attributes/b')
  })

  it.each(['_shard', '_geo', '_vectors', '_geojson'])('refuses the reserved field %s', (key) => {
    expect(refusal({ a: 'x', [key]: 'x' })).toBe(`unsupported_key /attributes/${key}`)
    expect(refusal({ [key]: { $in: [] } })).toBe(`unsupported_key /attributes/${key}`)
    expect(refusal({ a: 'x' }, { fields: { a: key } })).toBe('unsupported_key /attributes/a')
    expect(refusal({ a: 'x' }, { fields: { a: `${key}.lat` } })).toBe(
      'unsupported_key /attributes/a',
    )
    expect(compile({ a: 'x' }, { fields: { a: `${key}s` } })).toEqual([`"${key}s" = "x"`])
  })

  it.each(['', ' ', '\n\t', '\u00a0', '\u0085', '\ufeff'])('refuses white space: %j', (value) => {
    expect(refusal({ a: { $in: ['x', value] } })).toBe('unsupported_value /attributes/a/$in/1')
    expect(() => compile({ a: value })).toThrow(
      'Meilisearch does not find strings of white space, nor the empty one.',
    )
    expect(compile({ a: `${value}x` })).toEqual([`"a" = "${value}x"`])
  })

  it('refuses strings that Meilisearch would cut off', () => {
    expect(compile({ a: 'x'.repeat(460) })).toHaveLength(1)
    expect(refusal({ a: 'x'.repeat(461) })).toBe('unsupported_value /attributes/a')
    // Three bytes in UTF-8; the decomposed form of the other has 33.
    expect(compile({ a: '\u20ac'.repeat(153) })).toHaveLength(1)
    expect(refusal({ a: '\u20ac'.repeat(154) })).toBe('unsupported_value /attributes/a')
    expect(refusal({ a: '\ufdfa'.repeat(20) })).toBe('unsupported_value /attributes/a')
    expect(() => compile({ a: 'x'.repeat(461) })).toThrow('Meilisearch cuts off strings')
  })

  it('points into a merged filter', () => {
    const token = parseFilters({ attributes: { org: 'o1' } }, { source: 'token' })
    const merged = mergeFilters(token, parse({ $or: [{ a: 'x' }, { b: ' ' }] }))
    expect(compileRefusal(() => toMeilisearch(merged.filters as Filters))).toBe(
      'unsupported_value /attributes/$and/1/$or/1/b',
    )
  })

  it('refuses wrong options and filters that are none', () => {
    expect(() => compile({ a: 'x' }, { feilds: {} } as FieldOptions)).toThrow(TypeError)
    expect(() => compile({ a: 'x' }, { fields: { a: '"a"' } })).toThrow(TypeError)
    expect(() => compile({ a: 'x' }, { prefix: 'a b.' })).toThrow(TypeError)
    expect(() => toMeilisearch({ attributes: {} } as Filters)).toThrow(TypeError)
  })

  it('stays within the depth that Meilisearch reads', () => {
    let attributes: unknown = { a: 'x' }
    for (let depth = 0; depth < 15; depth += 1)
      attributes = { $or: [{ b: 'y' }, { $and: [{ c: 'z' }, attributes] }] }
    const limits = { depth: 32 }
    const filters = parseFilters({ attributes }, { source: 'body', limits })
    const ast = readMeilisearch(toMeilisearch(filters))
    expect(selects(ast, { a: 'x', c: 'z' })).toBe(true)
    expect(selects(ast, { a: 'x' })).toBe(false)
  })
})

describe('law 2 for Meilisearch', () => {
  it('finds the same documents as `matches`, whatever the strings are', () => {
    expectLaw(RUNS, {
      strings: [
        '"x"',
        "'x'",
        '\\\\"',
        '\\u{22}',
        '\\x22',
        'x" OR "a" EXISTS OR "a" = "',
        '_geo(1)',
      ],
      compile: (filters) => toMeilisearch(filters, { fields: FIELDS }),
      read: readMeilisearch,
      isUnsayable: (value) => typeof value === 'string' && value.trim() === '',
    })
  })
})
