import { describe, expect, it } from 'vitest'
import { QueryRefused, type Json } from './json.ts'
import { passes } from './qdrant.ts'

const CITIES = [
  { city: 'London', color: 'green' },
  { city: 'London', color: 'red' },
  { city: 'London', color: 'blue' },
  { city: 'Berlin', color: 'red' },
  { city: 'Moscow', color: 'green' },
  { city: 'Moscow', color: 'blue' },
].map((payload, index) => ({ id: index + 1, payload }))
const ids = (filter: unknown): number[] =>
  CITIES.filter((point) => passes(filter, point)).map(({ id }) => id)
const passing = (filter: unknown, payload: Json): boolean => passes(filter, { id: 1, payload })
const matching = (key: string, match: Json, payload: Json): boolean =>
  passing({ must: [{ key, match }] }, payload)

const london = { key: 'city', match: { value: 'London' } }
const red = { key: 'color', match: { value: 'red' } }

describe('the evaluator of Qdrant filters', () => {
  it('reads the examples of the documentation', () => {
    expect(ids({ must: [london, red] })).toEqual([2])
    expect(ids({ should: [london, red] })).toEqual([1, 2, 3, 4])
    expect(ids({ must_not: [london, red] })).toEqual([5, 6])
    expect(ids({ must: [london], must_not: [red] })).toEqual([1, 3])
    expect(ids({ must_not: [{ must: [london, red] }] })).toEqual([1, 3, 4, 5, 6])
    expect(ids({ must: [{ key: 'color', match: { any: ['green', 'blue'] } }] })).toEqual([
      1, 3, 5, 6,
    ])
    expect(ids({ must: [{ has_id: [1, 3, 5] }] })).toEqual([1, 3, 5])
  })

  it('takes empty clauses for no constraint, and an empty list of ids for nothing', () => {
    expect(ids({})).toHaveLength(6)
    expect(ids({ must: [] })).toHaveLength(6)
    expect(ids({ should: [] })).toHaveLength(6)
    expect(ids({ must: [london], should: [] })).toEqual([1, 2, 3])
    expect(ids({ must: [{ has_id: [] }] })).toEqual([])
  })

  it('compares by type, and finds a list by any of its elements, but not in lists of lists', () => {
    expect(matching('a', { value: 1 }, { a: 1 })).toBe(true)
    expect(matching('a', { value: 1 }, { a: '1' })).toBe(false)
    expect(matching('a', { value: '1' }, { a: 1 })).toBe(false)
    expect(matching('a', { value: true }, { a: 1 })).toBe(false)
    expect(matching('a', { value: true }, { a: [false, true] })).toBe(true)
    expect(matching('a', { any: [1, 2] }, { a: [3, 2] })).toBe(true)
    expect(matching('a', { any: ['1'] }, { a: [1, 2] })).toBe(false)
    expect(matching('a', { value: 'x' }, { a: [['x']] })).toBe(false)
    expect(matching('a', { value: 'x' }, { a: { x: 'x' } })).toBe(false)
    expect(matching('a', { value: 'x' }, {})).toBe(false)
  })

  it('reads a key as a path into objects', () => {
    const payload = { country: { name: 'Germany' }, 'a.b': 'x', list: [{ name: 'y' }] }
    expect(matching('country.name', { value: 'Germany' }, payload)).toBe(true)
    expect(matching('a.b', { value: 'x' }, payload)).toBe(false)
    expect(matching('"a.b"', { value: 'x' }, payload)).toBe(true)
    expect(matching('list.name', { value: 'y' }, payload)).toBe(false)
    expect(matching('toString', { value: 'x' }, payload)).toBe(false)
  })

  it.each([
    { must: london },
    { musst: [london] },
    { must: [{ ...london, matches: {} }] },
    { must: [{ key: 'city' }] },
    { must: [{ key: 'city', match: {} }] },
    { must: [{ key: 'city', match: { value: 'x', any: ['x'] } }] },
    { must: [{ key: 'city', match: { text: 'London' } }] },
    { must: [{ key: 'city', match: { value: 1.5 } }] },
    { must: [{ key: 'city', match: { value: 1e21 } }] },
    { must: [{ key: 'city', match: { value: null } }] },
    { must: [{ key: 'city', match: { any: ['x', 1] } }] },
    { must: [{ key: 'city', match: { any: [true] } }] },
    { must: [{ key: 'city', match: { any: [1.5] } }] },
    { must: [{ key: 'city[]', match: { value: 'x' } }] },
    { must: [{ key: 'a b', match: { value: 'x' } }] },
    { must: [{ key: '', match: { value: 'x' } }] },
    { must: [{ has_id: 1 }] },
    { must: ['x'] },
    null,
    [london],
  ])('refuses %j', (filter) => {
    expect(() => ids(filter)).toThrow(QueryRefused)
  })
})
