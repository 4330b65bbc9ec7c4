import { describe, expect, it } from 'vitest'
import { pointerTo } from '../../src/compile/pointer.ts'
import { conjunctsOf } from '../../src/filters.ts'
import { mergeFilters, parseFilters, toWire, type Filters } from '../../src/index.ts'
import type { Clause, Node } from '../../src/node.ts'

const parse = (attributes: unknown): Filters => parseFilters({ attributes }, { source: 'body' })

/** All clauses of a filter, in the order of the normal form. */
function clausesOf(filters: Filters): readonly Clause[] {
  const clausesIn = (node: Node): readonly Clause[] =>
    node.kind === 'in' ? [node] : node.nodes.flatMap(clausesIn)
  return conjunctsOf(filters).flatMap(clausesIn)
}

/** What stands at a pointer in the wire form. */
function at(filters: Filters, pointer: string): unknown {
  let value: unknown = toWire(filters)
  for (const segment of pointer.split('/').slice(1))
    value = (value as Readonly<Record<string, unknown>>)[segment]
  return value
}

describe('pointerTo', () => {
  const filters = parse({
    a: 'x',
    b: { $eq: 1 },
    c: { $in: ['y', 2, true] },
    $or: [{ d: 'z' }, { $and: [{ e: { $eq: 'v', $in: ['v', 'w'] } }, { f: false }] }],
  })
  const clause = (key: string, value: unknown): Clause =>
    clausesOf(filters).find(
      (one) => one.key === key && (one.values as readonly unknown[]).includes(value),
    ) as Clause

  it.each([
    ['a', 'x', '/attributes/a'],
    ['b', 1, '/attributes/b/$eq'],
    ['c', 'y', '/attributes/c/$in/0'],
    ['c', true, '/attributes/c/$in/2'],
    ['d', 'z', '/attributes/$or/0/d'],
    ['e', 'v', '/attributes/$or/1/$and/0/e/$eq'],
    ['e', 'w', '/attributes/$or/1/$and/0/e/$in/1'],
    ['f', false, '/attributes/$or/1/$and/1/f'],
  ])('leads to the value of %s: %s', (key, value, pointer) => {
    expect(pointerTo(filters, clause(key, value), value)).toBe(pointer)
    expect(at(filters, pointer)).toBe(value)
  })

  it('leads to the clause where no value is named, and to the whole filter where no clause is', () => {
    expect(pointerTo(filters, clause('c', 'y'))).toBe('/attributes/c')
    expect(pointerTo(filters, clause('f', false))).toBe('/attributes/$or/1/$and/1/f')
    expect(pointerTo(filters)).toBe('/attributes')
  })

  it('leads to the first of several places, past those on the same key with other values', () => {
    const twice = parse({ $and: [{ a: 1 }, { $or: [{ a: 'x' }, { a: { $in: [2, 'x'] } }] }] })
    const [, , both] = clausesOf(twice)
    expect(pointerTo(twice, both, 'x')).toBe('/attributes/$and/1/$or/0/a')
    expect(pointerTo(twice, both, 2)).toBe('/attributes/$and/1/$or/1/a/$in/0')
    // Zero and `false`, `1` and `"1"` are different values.
    const alike = parse({ $or: [{ a: false }, { a: '0' }, { a: 0 }] })
    expect(pointerTo(alike, clausesOf(alike)[2], 0)).toBe('/attributes/$or/2/a')
  })

  it('leads into merged filters, which list the clauses of the token first', () => {
    const token = parseFilters(
      { attributes: { $and: [{ org: 'o1' }, { level: { $in: [1, 1.5] } }] } },
      { source: 'token' },
    )
    const merged = mergeFilters(token, parse({ $or: [{ a: 'x', b: 2.5 }, { c: 'y' }] }))
    const both = merged.filters as Filters
    const level = clausesOf(both).find(({ key }) => key === 'level') as Clause
    const b = clausesOf(both).find(({ key }) => key === 'b') as Clause
    expect(pointerTo(both, level, 1.5)).toBe('/attributes/$and/1/level/$in/1')
    expect(pointerTo(both, b, 2.5)).toBe('/attributes/$and/2/$or/0/$and/1/b')
    expect(at(both, pointerTo(both, level, 1.5))).toBe(1.5)
    expect(at(both, pointerTo(both, b, 2.5))).toBe(2.5)
  })
})
