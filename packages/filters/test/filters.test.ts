import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inspect } from 'node:util'
import {
  canonicalJson,
  matches,
  mergeFilters,
  parseFilters,
  topLevelAttributes,
  toWire,
  type Filters,
  type Query,
} from '../src/index.ts'
import { bodyFilters, bodyQuery, documents } from './arbitraries.ts'
import { expectShare, holds } from './property.ts'

const body = (attributes: unknown): Filters => parseFilters({ attributes }, { source: 'body' })
const text = (attributes: unknown): string => canonicalJson(body(attributes))

describe('a Filters cannot be forged', () => {
  const genuine = body({ org: 'o1' })
  const prototype: unknown = Object.getPrototypeOf(genuine)
  const forgeries: readonly unknown[] = [
    null,
    'x',
    1,
    {},
    { attributes: {} },
    { ...genuine },
    structuredClone(genuine),
    JSON.parse(JSON.stringify(genuine)),
    new Proxy(genuine, {}),
    Object.create(genuine),
    Object.create(prototype as object),
    [genuine],
  ]
  it.each(forgeries.map((forgery) => [forgery]))('%s', (forgery) => {
    const filters = forgery as Filters
    const refused = new TypeError('filters must come from parseFilters or mergeFilters')
    expect(() => matches(filters, {})).toThrow(refused)
    expect(() => canonicalJson(filters)).toThrow(refused)
    expect(() => toWire(filters)).toThrow(refused)
    expect(() => topLevelAttributes(filters)).toThrow(refused)
    expect(() => mergeFilters(filters)).toThrow(refused)
    expect(() => mergeFilters(undefined, filters)).toThrow(refused)
  })

  it('by its constructor', () => {
    expect(genuine.constructor).toBe(Object)
  })

  it('while its wire form is the filter itself, so that what holds for a request can be applied as it is', () => {
    expect(toWire(genuine)).toBe(genuine)
    expect(Object.isFrozen(genuine)).toBe(true)
    expect(parseFilters(genuine, { source: 'token' })).toStrictEqual({ attributes: { org: 'o1' } })
  })

  it('shows its wire form as JSON and when inspected', () => {
    expect(JSON.stringify(genuine)).toBe('{"attributes":{"org":"o1"}}')
    expect(inspect(genuine)).toContain("attributes: { org: 'o1' }")
  })
})

describe('canonicalJson', () => {
  it.each<[string, readonly unknown[]]>([
    [
      '{"org":"o1"}',
      [
        { org: 'o1' },
        { org: { $eq: 'o1' } },
        { org: { $in: ['o1', 'o1'] } },
        { $and: [{ $and: [{ org: 'o1' }] }] },
        { org: { $eq: 'o1', $in: ['o1'] } },
        { $and: [{ org: 'o1' }, { org: 'o1' }] },
      ],
    ],
    [
      '{"$and":[{"a":1},{"b":{"$in":["x",1,true]}}]}',
      [
        { b: { $in: [true, 1, 'x'] }, a: 1 },
        { $and: [{ b: { $in: ['x', true, 1, true] } }, { a: 1 }, { a: { $eq: 1 } }] },
      ],
    ],
    [
      '{"$or":[{"$and":[{"a":1},{"b":1}]},{"c":1}]}',
      [
        { $or: [{ c: 1 }, { b: 1, a: 1 }] },
        { $or: [{ $or: [{ c: 1 }] }, { $and: [{ a: 1 }, { $and: [{ b: 1 }] }] }, { c: 1 }] },
      ],
    ],
    [
      '{"$or":[{"a":1}]}',
      [
        { $or: [{ a: 1 }] },
        { $or: [{ a: 1 }, { $and: [{ a: 1 }, { a: 1 }] }] },
        { $or: [{ $and: [{ $or: [{ a: 1 }] }, { $or: [{ a: 1 }] }] }] },
      ],
    ],
    ['{"a":{"$in":[]}}', [{ a: { $in: [] } }]],
    ['{"a":0}', [{ a: 0 }, { a: -0 }, { a: { $in: [-0, 0] } }]],
    ['{"a":"\\"\\\\\\n\\u0001\u2028"}', [{ a: '"\\\n\u0001\u2028' }]],
    ['{}', [{}]],
  ])('%s', (expected, spellings) => {
    for (const spelling of spellings) expect(text(spelling)).toBe(`{"attributes":${expected}}`)
  })

  it('tells apart what differs', () => {
    const different = [
      { a: 1 },
      { a: '1' },
      { a: true },
      { a: 'true' },
      { b: 1 },
      { a: { $in: [1, 2] } },
      { $and: [{ a: 1 }, { a: 2 }] },
      { $or: [{ a: 1 }, { a: 2 }] },
    ]
    expect(new Set(different.map(text)).size).toBe(different.length)
  })

  it('keeps the meaning, and is the same when parsed again with the same limits', () => {
    const seen = { cases: 0, matched: 0 }
    holds(
      10_000,
      fc.property(bodyFilters, documents, (filters, docs) => {
        const canonical = canonicalJson(filters)
        const again = parseFilters(JSON.parse(canonical), { source: 'body' })
        expect(canonicalJson(again)).toBe(canonical)
        expect(JSON.stringify(toWire(again))).toBe(canonical)
        for (const doc of docs) {
          expect(matches(again, doc)).toBe(matches(filters, doc))
          seen.cases += 1
          if (matches(filters, doc)) seen.matched += 1
        }
      }),
    )
    expectShare(seen.matched, seen.cases, 0.1)
  })

  it('does not know in which order a filter was written', () => {
    const turned = (attributes: Query): Query =>
      JSON.parse(JSON.stringify(attributes), (_, value: unknown) => {
        if (Array.isArray(value))
          return [...value, value[0]].filter((item) => item !== undefined).toReversed()
        if (typeof value !== 'object' || value === null) return value
        return Object.fromEntries(Object.entries(value).toReversed())
      }) as Query
    holds(
      3000,
      fc.property(bodyQuery, (attributes) => {
        expect(text(turned(attributes))).toBe(text(attributes))
      }),
    )
  })
})
