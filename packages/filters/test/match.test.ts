import fc from 'fast-check'
import { Query as MongoQuery } from 'mingo'
import { describe, expect, it } from 'vitest'
import { matches, parseFilters, toWire } from '../src/index.ts'
import { bodyFilters, documents } from './arbitraries.ts'
import { expectShare, holds } from './property.ts'

const test = (attributes: unknown, document: Record<string, unknown>): boolean =>
  matches(parseFilters({ attributes }, { source: 'body' }), document)

describe('matches', () => {
  it('coerces nothing (case 22)', () => {
    expect(test({ a: '1' }, { a: 1 })).toBe(false)
    expect(test({ a: 1 }, { a: '1' })).toBe(false)
    expect(test({ a: 'true' }, { a: true })).toBe(false)
    expect(test({ a: 1 }, { a: true })).toBe(false)
    expect(test({ a: 'x' }, { a: 'X' })).toBe(false)
    expect(test({ a: 'x' }, { a: new String('x') })).toBe(false)
  })

  it('finds an array by any of its elements (case 23), and does not look further', () => {
    expect(test({ a: 'm9' }, { a: ['m1', 'm9'] })).toBe(true)
    expect(test({ a: { $in: ['m2', 'm1'] } }, { a: ['m1'] })).toBe(true)
    expect(test({ a: 'm9' }, { a: [] })).toBe(false)
    expect(test({ a: 'm9' }, { a: [['m9'], { 0: 'm9' }] })).toBe(false)
  })

  it.each([null, undefined, Number.NaN, {}, { $eq: 0 }, Symbol('x'), 0n])(
    'never finds %s',
    (value) => {
      for (const wanted of [0, '', false, 'null', 'undefined', 'NaN', '[object Object]']) {
        expect(test({ a: wanted }, { a: value })).toBe(false)
        expect(test({ a: wanted }, { a: [value] })).toBe(false)
      }
    },
  )

  it('sees own properties only', () => {
    expect(test({ org: 'o1' }, {})).toBe(false)
    expect(test({ org: 'o1' }, Object.create({ org: 'o1' }) as Record<string, unknown>)).toBe(false)
    expect(test({ toString: 'x' }, {})).toBe(false)
    expect(test({ org: 'o1' }, Object.assign(Object.create(null), { org: 'o1' }))).toBe(true)
  })

  it('decides groups in every order', () => {
    const query = {
      $or: [{ a: 1, b: 1 }, { $and: [{ c: 1 }, { $or: [{ d: 1, e: 1 }, { f: 1 }] }] }],
    }
    expect(test(query, { a: 1 })).toBe(false)
    expect(test(query, { a: 1, b: 1 })).toBe(true)
    expect(test(query, { c: 1, d: 1 })).toBe(false)
    expect(test(query, { c: 1, d: 1, e: 1 })).toBe(true)
    expect(test(query, { a: 1, c: 1, f: 1 })).toBe(true)
    expect(test(query, { f: 1 })).toBe(false)
  })

  it('agrees with an evaluator of MongoDB queries', () => {
    const seen = { yes: 0, no: 0 }
    holds(
      10_000,
      fc.property(bodyFilters, documents, (filters, docs) => {
        const query = new MongoQuery(toWire(filters).attributes)
        for (const doc of docs) {
          const expected = query.test(doc)
          expect(matches(filters, doc)).toBe(expected)
          seen[expected ? 'yes' : 'no'] += 1
        }
      }),
    )
    expectShare(seen.yes, seen.yes + seen.no, 0.1)
    expectShare(seen.no, seen.yes + seen.no, 0.1)
  })
})
