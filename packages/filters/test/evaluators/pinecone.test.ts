import { describe, expect, it } from 'vitest'
import { QueryRefused } from './json.ts'
import { admits, checkMetadata } from './pinecone.ts'

const movie = { genre: ['comedy', 'documentary'], year: 2020, seen: false }

describe('the evaluator of Pinecone filters', () => {
  it('reads the examples of the documentation', () => {
    expect(admits({ genre: { $eq: 'comedy' } }, movie)).toBe(true)
    expect(admits({ genre: { $in: ['documentary', 'action'] } }, movie)).toBe(true)
    expect(
      admits({ $and: [{ genre: { $eq: 'comedy' } }, { genre: { $eq: 'documentary' } }] }, movie),
    ).toBe(true)
    expect(
      admits({ $and: [{ genre: { $eq: 'comedy' } }, { genre: { $eq: 'drama' } }] }, movie),
    ).toBe(false)
    expect(admits({ genre: { $eq: 'comedy' }, year: { $eq: 2019 } }, movie)).toBe(false)
    expect(admits({ $or: [{ genre: { $eq: 'drama' } }, { year: { $eq: 2020 } }] }, movie)).toBe(
      true,
    )
    expect(admits({ genre: { $exists: true } }, movie)).toBe(true)
    expect(admits({ rating: { $exists: false } }, movie)).toBe(true)
    expect(admits({ toString: { $exists: true } }, movie)).toBe(false)
  })

  it('compares by type', () => {
    expect(admits({ year: { $eq: '2020' } }, movie)).toBe(false)
    expect(admits({ year: { $in: [2020] } }, movie)).toBe(true)
    expect(admits({ seen: { $eq: false } }, movie)).toBe(true)
    expect(admits({ seen: { $eq: 0 } }, movie)).toBe(false)
    expect(admits({ missing: { $eq: false } }, movie)).toBe(false)
  })

  it.each([
    {},
    { $and: [] },
    { $or: [{}] },
    { $or: { year: { $eq: 1 } } },
    { $nor: [{ year: { $eq: 1 } }] },
    { year: {} },
    { year: { $gt: 1 } },
    { year: { $eq: null } },
    { year: { $eq: ['x'] } },
    { year: { $eq: 1, $in: [1] } },
    { year: { $in: [] } },
    { year: { $in: ['x', 1] } },
    { year: { $in: [true] } },
    { year: { $in: 'x' } },
    { year: { $exists: 1 } },
    { year: { $in: Array.from({ length: 10_001 }, () => 1) } },
    [],
    null,
  ])('refuses %j', (filter) => {
    expect(() => admits(filter, movie)).toThrow(QueryRefused)
  })

  it('refuses metadata that cannot be stored', () => {
    expect(() => checkMetadata(movie)).not.toThrow()
    for (const value of [null, {}, [1], [true], ['x', null], [['x']]])
      expect(() => checkMetadata({ value })).toThrow(QueryRefused)
    expect(() => checkMetadata({ $eq: 'x' })).toThrow(QueryRefused)
  })
})
