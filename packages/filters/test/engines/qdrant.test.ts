import { describe, expect, it } from 'vitest'
import { toQdrant, type FieldOptions } from '../../src/engines/qdrant.ts'
import {
  CompileError,
  matchAll,
  matchNone,
  mergeFilters,
  parseFilters,
  type Filters,
} from '../../src/index.ts'
import { compileRefusal } from '../compile/refusal.ts'
import { HOSTILE_KEYS, HOSTILE_STRINGS } from '../hostile.ts'

const parse = (attributes: unknown): Filters => parseFilters({ attributes }, { source: 'body' })
const compile = (attributes: unknown, options?: FieldOptions): unknown =>
  toQdrant(parse(attributes), options)
const refusal = (attributes: unknown, options?: FieldOptions): string =>
  compileRefusal(() => compile(attributes, options))

describe('toQdrant', () => {
  it('matches one value or any of a list', () => {
    expect(compile({ $and: [{ env: 'dev' }, { modules: { $in: ['m1', 'm2'] } }] })).toEqual({
      must: [
        { key: 'env', match: { value: 'dev' } },
        { key: 'modules', match: { any: ['m1', 'm2'] } },
      ],
    })
  })

  it('is a filter always, never a condition alone', () => {
    expect(compile({ env: { $eq: 'dev' } })).toEqual({
      must: [{ key: 'env', match: { value: 'dev' } }],
    })
    expect(compile({ $or: [{ a: 'x' }] })).toEqual({ must: [{ key: 'a', match: { value: 'x' } }] })
    expect(compile({ a: { $in: ['x', 1] } })).toEqual({
      should: [
        { key: 'a', match: { value: 'x' } },
        { key: 'a', match: { value: 1 } },
      ],
    })
  })

  it('says every shape of a filter', () => {
    expect(compile({ $or: [{ a: 'x', b: true }, { c: 2 }], d: 'w' })).toEqual({
      must: [
        {
          should: [
            {
              must: [
                { key: 'a', match: { value: 'x' } },
                { key: 'b', match: { value: true } },
              ],
            },
            { key: 'c', match: { value: 2 } },
          ],
        },
        { key: 'd', match: { value: 'w' } },
      ],
    })
  })

  it('lists strings and integers apart, and booleans one by one', () => {
    expect(compile({ a: { $in: [2, 'x', true, 1, 'y', false] } })).toEqual({
      should: [
        { key: 'a', match: { any: ['x', 'y'] } },
        { key: 'a', match: { any: [2, 1] } },
        { key: 'a', match: { value: true } },
        { key: 'a', match: { value: false } },
      ],
    })
    expect(compile({ a: { $in: [true, false] } })).toEqual({
      should: [
        { key: 'a', match: { value: true } },
        { key: 'a', match: { value: false } },
      ],
    })
  })

  it('says everything and nothing explicitly, and never an empty `should`', () => {
    expect(toQdrant(matchAll)).toEqual({})
    expect(toQdrant(matchNone)).toEqual({ must: [{ has_id: [] }] })
    expect(compile({ a: 'x', b: { $in: [] } })).toEqual({ must: [{ has_id: [] }] })
    expect(compile({ $or: [{ a: { $in: [] } }, { b: { $in: [] } }] })).toEqual({
      must: [{ has_id: [] }],
    })
    expect(compile({ $or: [{ a: 'x' }, { b: { $in: [] } }] })).toEqual({
      must: [{ key: 'a', match: { value: 'x' } }],
    })
    expect(compile({ a: 1.5 }, { fields: { a: { type: 'string' } } })).toEqual({
      must: [{ has_id: [] }],
    })
  })

  it('maps attributes to the paths of fields', () => {
    const fields = { env: 'meta.env', level: { type: 'number' } } as const
    expect(compile({ env: 'dev', level: { $in: [1, '1'] } }, { fields, prefix: 'a.' })).toEqual({
      must: [
        { key: 'meta.env', match: { value: 'dev' } },
        { key: 'a.level', match: { value: 1 } },
      ],
    })
  })

  it('has no key that needs quotes in a path', () => {
    for (const key of HOSTILE_KEYS) {
      expect(compile({ [key]: 'x' })).toEqual({ must: [{ key, match: { value: 'x' } }] })
      expect(key).toMatch(/^[A-Za-z0-9_-]+$/)
    }
  })

  it('keeps hostile values as they are (case 33)', () => {
    for (const value of HOSTILE_STRINGS)
      expect(compile({ a: value })).toEqual({ must: [{ key: 'a', match: { value } }] })
  })

  it('refuses fractions, and integers that were rounded', () => {
    for (const value of [1.5, -1e-7, 2 ** 53, -(2 ** 53), 1e21]) {
      expect(refusal({ a: value })).toBe('unsupported_value /attributes/a')
      expect(refusal({ a: { $in: ['x', 1, value] } })).toBe('unsupported_value /attributes/a/$in/2')
    }
    const { MAX_SAFE_INTEGER: most } = Number
    expect(compile({ a: { $in: [most, -most] } })).toEqual({
      must: [{ key: 'a', match: { any: [9_007_199_254_740_991, -9_007_199_254_740_991] } }],
    })
  })

  it('refuses attributes that `fields` does not list', () => {
    expect(refusal({ a: 'x', b: 'y' }, { fields: { a: {} } })).toBe('unmapped_key /attributes/b')
  })

  it('points into a merged filter', () => {
    const token = parseFilters({ attributes: { org: 'o1' } }, { source: 'token' })
    const merged = mergeFilters(token, parse({ $or: [{ product: 'p1' }, { level: { $eq: 0.5 } }] }))
    expect(compileRefusal(() => toQdrant(merged.filters as Filters))).toBe(
      'unsupported_value /attributes/$and/1/$or/1/level/$eq',
    )
  })

  it('says why in a constant sentence', () => {
    expect(() => compile({ a: 1.5 })).toThrow(
      new CompileError(
        'unsupported_value',
        'Qdrant matches no fractions, and JavaScript has rounded the integers beyond 2^53.',
        '/attributes/a',
      ),
    )
  })

  it('refuses wrong options', () => {
    const wrong = (options: unknown) => (): unknown => compile({ a: 'x' }, options as FieldOptions)
    expect(wrong({ fileds: {} })).toThrow(new TypeError('options.fileds is not an option'))
    for (const name of ['a[]', 'a[0].b', '"a.b"', 'a b', ''])
      expect(wrong({ fields: { a: name } })).toThrow(TypeError)
    expect(() => toQdrant({ attributes: {} } as Filters)).toThrow(TypeError)
  })
})
