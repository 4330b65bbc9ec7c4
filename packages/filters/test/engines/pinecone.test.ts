import { describe, expect, it } from 'vitest'
import { toPinecone, type FieldOptions } from '../../src/engines/pinecone.ts'
import {
  CompileError,
  matchAll,
  matchNone,
  mergeFilters,
  parseFilters,
  type Filters,
} from '../../src/index.ts'
import { compileRefusal } from '../compile/refusal.ts'
import { admits } from '../evaluators/pinecone.ts'
import { HOSTILE_KEYS, HOSTILE_STRINGS } from '../hostile.ts'

const parse = (attributes: unknown): Filters => parseFilters({ attributes }, { source: 'body' })
const compile = (attributes: unknown, options?: FieldOptions): unknown =>
  toPinecone(parse(attributes), options)
const refusal = (attributes: unknown, options?: FieldOptions): string =>
  compileRefusal(() => compile(attributes, options))

const NOTHING = { $and: [{ none: { $eq: true } }, { none: { $eq: false } }] }

describe('toPinecone', () => {
  it('says each operator', () => {
    expect(compile({ $and: [{ env: 'dev' }, { modules: { $in: ['m1', 'm2'] } }] })).toEqual({
      $and: [{ env: { $eq: 'dev' } }, { modules: { $in: ['m1', 'm2'] } }],
    })
  })

  it('says every shape of a filter', () => {
    expect(compile({ env: 'dev' })).toEqual({ env: { $eq: 'dev' } })
    expect(compile({ $or: [{ a: 'x', b: true }, { c: { $in: [2, 2.5] } }], d: 'w' })).toEqual({
      $and: [
        {
          $or: [{ $and: [{ a: { $eq: 'x' } }, { b: { $eq: true } }] }, { c: { $in: [2, 2.5] } }],
        },
        { d: { $eq: 'w' } },
      ],
    })
    // Two clauses on one key are never members of one object.
    expect(compile({ a: { $eq: 'x', $in: ['x', 'y'] } })).toEqual({
      $and: [{ a: { $eq: 'x' } }, { a: { $in: ['x', 'y'] } }],
    })
  })

  it('lists strings and numbers apart, and booleans one by one', () => {
    expect(compile({ a: { $in: [2, 'x', true, 1.5, 'y', false] } })).toEqual({
      $or: [
        { a: { $in: ['x', 'y'] } },
        { a: { $in: [2, 1.5] } },
        { a: { $eq: true } },
        { a: { $eq: false } },
      ],
    })
    expect(compile({ a: { $in: ['x', 1] } })).toEqual({
      $or: [{ a: { $eq: 'x' } }, { a: { $eq: 1 } }],
    })
    expect(compile({ a: { $in: [true] } })).toEqual({ a: { $eq: true } })
  })

  it('says everything and nothing explicitly, and nothing that is empty', () => {
    const everything = { $or: [{ any: { $exists: true } }, { any: { $exists: false } }] }
    expect(toPinecone(matchAll)).toEqual(everything)
    expect(toPinecone(matchNone)).toEqual(NOTHING)
    for (const metadata of [
      {},
      { any: 'x', none: true },
      { any: [], none: ['x'] },
      { none: false },
    ]) {
      expect(admits(everything, metadata)).toBe(true)
      expect(admits(NOTHING, metadata)).toBe(false)
    }
    expect(compile({ a: 'x', b: { $in: [] } })).toEqual(NOTHING)
    expect(compile({ $or: [{ a: { $in: [] } }, { b: 'x' }] })).toEqual({ b: { $eq: 'x' } })
    expect(compile({ a: 1 }, { fields: { a: { type: 'string' } } })).toEqual(NOTHING)
  })

  it('maps attributes to fields', () => {
    const fields = { env: 'attributes.env', level: { type: 'number' } } as const
    expect(compile({ env: 'dev', level: { $in: [1, '1'] } }, { fields, prefix: 'a_' })).toEqual({
      $and: [{ 'attributes.env': { $eq: 'dev' } }, { a_level: { $eq: 1 } }],
    })
  })

  it('keeps hostile keys and values as they are (case 33)', () => {
    for (const key of HOSTILE_KEYS) expect(compile({ [key]: 'x' })).toEqual({ [key]: { $eq: 'x' } })
    for (const value of HOSTILE_STRINGS)
      expect(compile({ a: value })).toEqual({ a: { $eq: value } })
  })

  it('refuses integers that are rounded, and would find others', () => {
    for (const value of [2 ** 53, -(2 ** 53), 1e21]) {
      expect(refusal({ a: value })).toBe('unsupported_value /attributes/a')
      expect(refusal({ a: { $in: ['x', 1, value] } })).toBe('unsupported_value /attributes/a/$in/2')
    }
    expect(compile({ a: { $in: [Number.MAX_SAFE_INTEGER, 1e-7] } })).toEqual({
      a: { $in: [9_007_199_254_740_991, 1e-7] },
    })
  })

  it('refuses attributes that `fields` does not list', () => {
    expect(refusal({ a: 'x', b: 'y' }, { fields: { a: {} } })).toBe('unmapped_key /attributes/b')
  })

  it('points into a merged filter', () => {
    const token = parseFilters({ attributes: { org: 'o1' } }, { source: 'token' })
    const merged = mergeFilters(
      token,
      parse({ $or: [{ product: 'p1' }, { id: { $in: [1, 1e21] } }] }),
    )
    expect(compileRefusal(() => toPinecone(merged.filters as Filters))).toBe(
      'unsupported_value /attributes/$and/1/$or/1/id/$in/1',
    )
  })

  it('says why in a constant sentence', () => {
    expect(() => compile({ a: 1e21 })).toThrow(
      new CompileError(
        'unsupported_value',
        'Pinecone rounds integers beyond 2^53, so that one would find its neighbours.',
        '/attributes/a',
      ),
    )
  })

  it('refuses wrong options', () => {
    const wrong = (options: unknown) => (): unknown => compile({ a: 'x' }, options as FieldOptions)
    expect(wrong({ fileds: {} })).toThrow(new TypeError('options.fileds is not an option'))
    for (const name of ['$and', '$or', '', 'a b']) {
      expect(wrong({ fields: { a: name } })).toThrow(TypeError)
      expect(wrong({ fields: { a: { name } } })).toThrow(TypeError)
    }
    expect(() => toPinecone({ attributes: {} } as Filters)).toThrow(TypeError)
  })
})
