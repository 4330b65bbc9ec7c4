import fc from 'fast-check'
import sift from 'sift'
import { describe, expect, it } from 'vitest'
import { toMongo, type FieldOptions } from '../../src/engines/mongo.ts'
import {
  matchAll,
  matches,
  matchNone,
  mergeFilters,
  parseFilters,
  type Filters,
} from '../../src/index.ts'
import { compileRefusal } from '../compile/refusal.ts'
import { mongoQuery } from '../evaluators/mongo.ts'
import { hostileDraft, steered } from '../evaluators/steered.ts'
import { HOSTILE_STRINGS, hostileBody } from '../hostile.ts'
import { expectShare, holds } from '../property.ts'

const RUNS = 5000

type Document = Readonly<Record<string, unknown>>

const parse = (attributes: unknown): Filters => parseFilters({ attributes }, { source: 'body' })
const compile = (attributes: unknown, options?: FieldOptions): unknown =>
  toMongo(parse(attributes), options)

/** What two evaluators say; they have to agree. */
function finds(query: object, document: Document): boolean {
  const found = mongoQuery(query).test(document)
  // Into lists of lists sift looks alone; MongoDB does not.
  const hasDeepList = Object.values(document).some(
    (value) => Array.isArray(value) && value.some(Array.isArray),
  )
  if (!hasDeepList && sift.default(query)(document) !== found) throw new Error('they disagree')
  return found
}

describe('toMongo', () => {
  it('says each operator', () => {
    expect(compile({ $and: [{ env: 'dev' }, { modules: { $in: ['m1', 'm2'] } }] })).toEqual({
      $and: [{ env: { $in: ['dev'] } }, { modules: { $in: ['m1', 'm2'] } }],
    })
    expect(compile({ $or: [{ a: 'x', b: true }, { c: { $eq: 2.5 } }], d: 'w' })).toEqual({
      $and: [
        { $or: [{ $and: [{ a: { $in: ['x'] } }, { b: { $in: [true] } }] }, { c: { $in: [2.5] } }] },
        { d: { $in: ['w'] } },
      ],
    })
    expect(compile({ a: { $eq: 'x', $in: ['x', 'y'] } })).toEqual({
      $and: [{ a: { $in: ['x'] } }, { a: { $in: ['x', 'y'] } }],
    })
  })

  it('says everything and nothing explicitly', () => {
    expect(toMongo(matchAll)).toEqual({})
    expect(toMongo(matchNone)).toEqual({ $nor: [{}] })
    for (const document of [{}, { none: 'x' }, { none: [] }]) {
      expect(finds(toMongo(matchAll), document)).toBe(true)
      expect(finds(toMongo(matchNone), document)).toBe(false)
    }
    expect(compile({ a: 'x', b: { $in: [] } })).toEqual({ $nor: [{}] })
    expect(compile({ $or: [{ a: { $in: [] } }, { b: 'x' }] })).toEqual({ b: { $in: ['x'] } })
    expect(compile({ a: 1 }, { fields: { a: { type: 'string' } } })).toEqual({ $nor: [{}] })
  })

  it('maps attributes to fields', () => {
    const fields = { env: 'meta.env', level: { type: 'number' } } as const
    expect(compile({ env: 'dev', level: { $in: [1, '1'] } }, { fields, prefix: 'at.' })).toEqual({
      $and: [{ 'meta.env': { $in: ['dev'] } }, { 'at.level': { $in: [1] } }],
    })
    expect(finds(toMongo(parse({ env: 'dev' }), { prefix: 'at.' }), { at: { env: ['dev'] } })).toBe(
      true,
    )
  })

  it('makes values, never operators, of what looks like one (case 33)', () => {
    for (const value of HOSTILE_STRINGS) {
      const query = toMongo(parse({ a: value }))
      expect(query).toEqual({ a: { $in: [value] } })
      expect(finds(query, { a: value })).toBe(true)
      expect(finds(query, { a: `${value}x` })).toBe(false)
    }
  })

  it('coerces nothing, and finds a list by any of its elements (cases 22 and 23)', () => {
    const test = (attributes: unknown, document: Document): boolean =>
      finds(toMongo(parse(attributes)), document)
    expect(test({ a: '1' }, { a: 1 })).toBe(false)
    expect(test({ a: 1 }, { a: true })).toBe(false)
    expect(test({ a: 'm9' }, { a: ['m1', 'm9'] })).toBe(true)
    expect(test({ a: 'm9' }, { a: [['m9']] })).toBe(false)
    expect(test({ a: 'm9' }, {})).toBe(false)
    expect(test({ a: 'm9' }, { a: null })).toBe(false)
  })

  it('says what two evaluators of MongoDB queries find as `matches` does', () => {
    const seen = { cases: 0, found: 0 }
    holds(
      RUNS,
      fc.property(hostileBody, hostileDraft, (filters, draft) => {
        const query = toMongo(filters)
        for (const document of [draft[0], steered(draft, filters.attributes)]) {
          const found = finds(query, document)
          if (found !== matches(filters, document)) expect(found).toBe(!found)
          seen.cases += 1
          if (found) seen.found += 1
        }
      }),
    )
    expectShare(seen.found, seen.cases, 0.1)
  })

  it('refuses attributes that `fields` does not list, also in a merged filter', () => {
    const token = parseFilters({ attributes: { org: 'o1' } }, { source: 'token' })
    const merged = mergeFilters(token, parse({ $or: [{ product: 'p1' }, { level: 2 }] }))
    const fields = { org: {}, product: {} }
    expect(compileRefusal(() => toMongo(merged.filters as Filters, { fields }))).toBe(
      'unmapped_key /attributes/$and/1/$or/1/level',
    )
  })

  it('refuses wrong options', () => {
    const wrong = (options: unknown) => (): unknown => compile({ a: 'x' }, options as FieldOptions)
    expect(wrong({ fileds: {} })).toThrow(new TypeError('options.fileds is not an option'))
    for (const name of ['$where', '$expr', '', 'a b']) {
      expect(wrong({ fields: { a: name } })).toThrow(TypeError)
      expect(wrong({ prefix: name === '' ? '.' : name })).toThrow(TypeError)
    }
    expect(() => toMongo({ attributes: {} } as Filters)).toThrow(TypeError)
  })
})
