import { describe, expect, it } from 'vitest'
import { toElasticsearch, type FieldOptions } from '../../src/engines/elasticsearch.ts'
import {
  CompileError,
  matchAll,
  matchNone,
  mergeFilters,
  parseFilters,
  type Filters,
} from '../../src/index.ts'
import { compileRefusal } from '../compile/refusal.ts'
import { HOSTILE_STRINGS } from '../hostile.ts'

const parse = (attributes: unknown): Filters => parseFilters({ attributes }, { source: 'body' })
const compile = (attributes: unknown, options?: FieldOptions): unknown =>
  toElasticsearch(parse(attributes), options)
const refusal = (attributes: unknown, options?: FieldOptions): string =>
  compileRefusal(() => compile(attributes, options))

describe('toElasticsearch', () => {
  it('filters, and never scores', () => {
    expect(compile({ $and: [{ env: 'dev' }, { modules: { $in: ['m1', 'm2'] } }] })).toEqual({
      bool: {
        filter: [{ term: { env: { value: 'dev' } } }, { terms: { modules: ['m1', 'm2'] } }],
      },
    })
  })

  it('says every shape of a filter', () => {
    expect(compile({ env: { $eq: 'dev' } })).toEqual({ term: { env: { value: 'dev' } } })
    expect(compile({ env: { $in: ['dev', 'dev'] } })).toEqual({ term: { env: { value: 'dev' } } })
    expect(compile({ $or: [{ a: 'x', b: 'y' }, { c: 'z' }], d: 'w' })).toEqual({
      bool: {
        filter: [
          {
            bool: {
              should: [
                {
                  bool: {
                    filter: [{ term: { a: { value: 'x' } } }, { term: { b: { value: 'y' } } }],
                  },
                },
                { term: { c: { value: 'z' } } },
              ],
              minimum_should_match: 1,
            },
          },
          { term: { d: { value: 'w' } } },
        ],
      },
    })
  })

  it('keeps what a body adds as a query of its own beside the token', () => {
    const token = parseFilters({ attributes: { org: 'o1' } }, { source: 'token' })
    const merged = mergeFilters(token, parse({ $or: [{ product: 'p1' }, { product: 'p2' }] }))
    expect(toElasticsearch(merged.filters as Filters)).toEqual({
      bool: {
        filter: [
          { term: { org: { value: 'o1' } } },
          {
            bool: {
              should: [
                { term: { product: { value: 'p1' } } },
                { term: { product: { value: 'p2' } } },
              ],
              minimum_should_match: 1,
            },
          },
        ],
      },
    })
  })

  it('says everything and nothing explicitly', () => {
    expect(toElasticsearch(matchAll)).toEqual({ match_all: {} })
    expect(toElasticsearch(matchNone)).toEqual({ match_none: {} })
    expect(compile({ a: 'x', b: { $in: [] } })).toEqual({ match_none: {} })
    expect(compile({ $or: [{ a: 'x' }, { b: { $in: [] } }] })).toEqual({
      term: { a: { value: 'x' } },
    })
    expect(compile({ a: 1 }, { fields: { a: { type: 'string' } } })).toEqual({ match_none: {} })
  })

  it('maps attributes to fields, and keeps to what they hold', () => {
    const fields = {
      env: 'env.keyword',
      level: { name: 'meta.level', type: 'number' },
      beta: { type: 'boolean' },
    } as const
    expect(compile({ env: 'dev', level: { $in: [1, 2.5, '1'] }, beta: true }, { fields })).toEqual({
      bool: {
        filter: [
          { term: { 'env.keyword': { value: 'dev' } } },
          { terms: { 'meta.level': [1, 2.5] } },
          { term: { beta: { value: true } } },
        ],
      },
    })
    expect(compile({ env: 'dev' }, { prefix: 'attributes.' })).toEqual({
      term: { 'attributes.env': { value: 'dev' } },
    })
  })

  it('makes fields, never parameters, of keys that mean something in the Query DSL', () => {
    for (const key of [
      'boost',
      'value',
      'query',
      'bool',
      'index',
      'path',
      'id',
      'case_insensitive',
      'value_type',
    ]) {
      expect(compile({ [key]: 'x' })).toEqual({ term: { [key]: { value: 'x' } } })
      expect(compile({ [key]: { $in: ['x', 'y'] } })).toEqual({ terms: { [key]: ['x', 'y'] } })
    }
  })

  it('keeps hostile values as they are (case 33)', () => {
    for (const value of HOSTILE_STRINGS)
      expect(compile({ a: value })).toEqual({ term: { a: { value } } })
  })

  it('sends a list of all the values that a filter can have at once', () => {
    const $in = Array.from({ length: 1024 }, (_, number) => `v${number}`)
    const limits = { values: 1024 }
    const filters = parseFilters({ attributes: { a: { $in } } }, { source: 'token', limits })
    expect(toElasticsearch(filters)).toEqual({ terms: { a: $in } })
  })

  it('refuses numbers and booleans of which it is not said that the field holds them', () => {
    expect(refusal({ level: 1 })).toBe('undeclared_type /attributes/level')
    expect(refusal({ beta: { $in: ['x', true] } })).toBe('undeclared_type /attributes/beta/$in/1')
    const fields = { level: 'level' }
    expect(refusal({ $or: [{ level: 'x' }, { level: 2 }] }, { fields })).toBe(
      'undeclared_type /attributes/$or/1/level',
    )
  })

  it('refuses integers that were rounded, and would be those of another one', () => {
    const fields = { id: { type: 'number' } } as const
    for (const value of [2 ** 53, -(2 ** 53), 1e21])
      expect(refusal({ id: { $in: [1, value] } }, { fields })).toBe(
        'unsupported_value /attributes/id/$in/1',
      )
    expect(compile({ id: Number.MAX_SAFE_INTEGER }, { fields })).toEqual({
      term: { id: { value: 9_007_199_254_740_991 } },
    })
  })

  it("refuses the engine's own fields, unless they are named as yours", () => {
    for (const key of ['_id', '_index', '_tier', '_x', '__x', '_']) {
      expect(refusal({ [key]: 'x' })).toBe(`unsupported_key /attributes/${key}`)
      expect(compile({ [key]: 'x' }, { fields: { [key]: {} } })).toEqual({
        term: { [key]: { value: 'x' } },
      })
      expect(compile({ [key]: 'x' }, { prefix: 'a.' })).toEqual({
        term: { [`a.${key}`]: { value: 'x' } },
      })
    }
    expect(compile({ _id: { $in: [] } })).toEqual({ match_none: {} })
  })

  it('points into a merged filter', () => {
    const token = parseFilters({ attributes: { org: 'o1' } }, { source: 'token' })
    const merged = mergeFilters(
      token,
      parse({ $or: [{ product: 'p1' }, { level: { $in: ['x', 2] } }] }),
    )
    expect(compileRefusal(() => toElasticsearch(merged.filters as Filters))).toBe(
      'undeclared_type /attributes/$and/1/$or/1/level/$in/1',
    )
  })

  it('says why in a constant sentence', () => {
    const message = (attributes: unknown, options?: FieldOptions): string => {
      try {
        compile(attributes, options)
      } catch (error) {
        if (error instanceof CompileError) return error.message
      }
      return 'compiled'
    }
    expect(message({ _id: 'x' })).toBe(
      'Elasticsearch has fields of its own that begin with "_": `options.fields` must name those that are not.',
    )
    expect(message({ a: 1e21 }, { fields: { a: { type: 'number' } } })).toBe(
      'Elasticsearch compares all digits of an integer, and JavaScript has rounded one beyond 2^53.',
    )
  })

  it('refuses wrong options', () => {
    const wrong = (options: unknown) => (): unknown => compile({ a: 'x' }, options as FieldOptions)
    expect(wrong({ field: {} })).toThrow(new TypeError('options.field is not an option'))
    expect(wrong({ fields: { a: { names: 'b' } } })).toThrow(
      new TypeError('options.fields.a.names is not an option'),
    )
    expect(wrong({ fields: { a: 'b*' } })).toThrow(TypeError)
    expect(wrong({ prefix: '{' })).toThrow(TypeError)
    expect(() => toElasticsearch({ attributes: {} } as Filters)).toThrow(TypeError)
  })
})
