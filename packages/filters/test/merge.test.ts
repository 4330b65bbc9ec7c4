import { describe, expect, it } from 'vitest'
import {
  canonicalJson,
  FilterError,
  matches,
  mergeFilters,
  parseFilters,
  toWire,
  type Filters,
  type MergePolicy,
  type Query,
} from '../src/index.ts'

const policies: readonly MergePolicy[] = ['precedence', 'intersect', 'strict', 'replace']
const T = { $and: [{ org: 'o1' }, { modules: { $in: ['m1', 'm2'] } }] }
const token = (attributes: unknown): Filters => parseFilters({ attributes }, { source: 'token' })
const body = (attributes: unknown): Filters => parseFilters({ attributes }, { source: 'body' })
const merge = (b: unknown, policy?: MergePolicy, t: unknown = T) =>
  mergeFilters(token(t), body(b), { policy })
const wireOf = (filters: Filters | undefined): Query | undefined =>
  filters && toWire(filters).attributes
const conflict = (b: unknown, t: unknown = T): unknown => {
  try {
    return wireOf(merge(b, 'strict', t).filters)
  } catch (error) {
    if (!(error instanceof FilterError)) throw error
    return `${error.code} "${error.pointer}"`
  }
}

describe('the four policies', () => {
  it('case 1: another value for a signed attribute', () => {
    const evil = { org: 'evil' }
    const precedence = merge(evil)
    expect(wireOf(precedence.filters)).toEqual(T)
    expect(precedence.dropped).toEqual([{ key: 'org', clause: evil, reason: 'contradicts' }])
    expect(wireOf(merge(evil, 'intersect').filters)).toEqual({ $and: [...T.$and, evil] })
    expect(conflict(evil)).toBe('filter_conflict ""')
    expect(merge(evil, 'replace').dropped).toEqual([
      { key: 'org', clause: evil, reason: 'replaced' },
    ])
  })

  it('case 2: an $or that names a foreign value is one clause, which holds beside the token', () => {
    const either = { $or: [{ org: 'evil' }, { org: 'o1' }] }
    for (const policy of ['precedence', 'intersect', 'strict'] as const) {
      const { filters, dropped } = merge(either, policy)
      expect(dropped).toEqual([])
      expect(wireOf(filters)).toEqual({ $and: [...T.$and, either] })
      expect(matches(filters as Filters, { org: 'evil', modules: 'm1' })).toBe(false)
      expect(matches(filters as Filters, { org: 'o1', modules: 'm1' })).toBe(true)
    }
    expect(merge(either, 'replace').dropped).toEqual([{ clause: either, reason: 'replaced' }])
    expect(merge({ $or: [{ org: 'evil' }] }).dropped).toEqual([])
  })

  it('case 5: an empty $in is no contradiction, and finds nothing', () => {
    for (const policy of ['precedence', 'intersect', 'strict'] as const) {
      const { filters, dropped } = merge({ modules: { $in: [] } }, policy)
      expect(dropped).toEqual([])
      expect(matches(filters as Filters, { org: 'o1', modules: ['m1', 'm2'] })).toBe(false)
    }
  })

  it('case 22: "true" and true, "1" and 1 share nothing', () => {
    expect(merge({ org: true }, 'precedence', { org: 'true' }).dropped).toHaveLength(1)
    expect(merge({ org: '1' }, 'precedence', { org: 1 }).dropped).toHaveLength(1)
    expect(merge({ org: -0 }, 'precedence', { org: 0 }).dropped).toHaveLength(0)
  })

  it('case 23: value lists are not intersected', () => {
    const document = { org: 'o1', modules: ['m1', 'm9'] }
    for (const policy of ['precedence', 'intersect', 'replace'] as const)
      expect(matches(merge({ modules: 'm9' }, policy).filters as Filters, document)).toBe(true)
    const { filters } = merge({ modules: { $in: ['m2', 'm9'] } })
    expect(wireOf(filters)).toEqual({ $and: [...T.$and, { modules: { $in: ['m2', 'm9'] } }] })
    expect(matches(filters as Filters, document)).toBe(true)
  })

  it('flattens the body: nested $and, several keys, several operators', () => {
    const nested = {
      $and: [
        { $and: [{ product: 'p1' }, { org: 'evil', env: 'dev' }] },
        { org: { $eq: 'bad', $in: ['o1', 'x'] } },
      ],
    }
    const { filters, dropped } = merge(nested)
    expect(dropped).toEqual([
      { key: 'org', clause: { org: 'evil' }, reason: 'contradicts' },
      { key: 'org', clause: { org: 'bad' }, reason: 'contradicts' },
    ])
    expect(wireOf(filters)).toEqual({
      $and: [...T.$and, { product: 'p1' }, { env: 'dev' }, { org: { $in: ['o1', 'x'] } }],
    })
  })

  it('a clause contradicts when it misses one of several token clauses on its attribute', () => {
    const twice = { $and: [{ tag: { $in: ['a', 'b'] } }, { tag: { $in: ['b', 'c'] } }] }
    expect(merge({ tag: 'a' }, 'precedence', twice).dropped).toHaveLength(1)
    expect(merge({ tag: 'b' }, 'precedence', twice).dropped).toHaveLength(0)
  })

  it('a token clause inside an $or contradicts nothing', () => {
    const { filters, dropped } = merge({ org: 'evil' }, 'precedence', {
      $or: [{ org: 'o1' }, { public: true }],
    })
    expect(dropped).toEqual([])
    expect(matches(filters as Filters, { org: 'evil' })).toBe(false)
    expect(matches(filters as Filters, { org: 'evil', public: true })).toBe(true)
  })

  it('says once what both say, and then returns the token itself', () => {
    const signed = token(T)
    for (const same of [T, { org: { $eq: 'o1' } }, { modules: { $in: ['m2', 'm1', 'm1'] } }])
      for (const policy of policies)
        expect(mergeFilters(signed, body(same), { policy }).filters).toBe(signed)
    const either = { $or: [{ a: 1 }, { $or: [{ b: 1 }] }] }
    const or = token(either)
    expect(mergeFilters(or, body({ $or: [{ b: 1 }, { a: 1 }] })).filters).toBe(or)
    expect(mergeFilters(or, body({ $or: [{ b: 1 }] })).filters).not.toBe(or)
  })
})

describe('when one side is absent', () => {
  const signed = token(T)
  const asked = body({ product: 'p1' })
  const nothing = parseFilters(null, { source: 'body' })
  it.each(policies)('%s', (policy) => {
    const options = { policy }
    for (const none of [undefined, nothing]) {
      expect(mergeFilters(signed, none, options)).toEqual({ filters: signed, dropped: [] })
      expect(mergeFilters(signed, none, options).filters).toBe(signed)
      expect(mergeFilters(none, asked, options).filters).toBe(asked)
      expect(mergeFilters(none, none, options)).toEqual({ filters: undefined, dropped: [] })
    }
  })
})

describe('the result', () => {
  it('is frozen, can be merged again, and is bounded by its parts', () => {
    const result = merge({ product: 'p1', org: 'evil' })
    for (const value of [result, result.dropped, result.dropped[0], result.dropped[0]?.clause])
      expect(Object.isFrozen(value)).toBe(true)
    expect(Object.isFrozen(mergeFilters().dropped)).toBe(true)
    const again = mergeFilters(result.filters, body({ env: 'dev' }))
    expect(wireOf(again.filters)).toEqual({ $and: [...T.$and, { product: 'p1' }, { env: 'dev' }] })
    expect(toWire(again.filters as Filters)).toBe(toWire(again.filters as Filters))

    const full = (letter: string) => ({
      $or: Array.from({ length: 255 }, (_, index) => ({ [`${letter}${index}`]: index })),
    })
    const large = merge(full('a'), 'intersect', full('b')).filters as Filters
    const limits = { depth: 9, nodes: 513, values: 512, bytes: 32_768 }
    const text = canonicalJson(large)
    expect(canonicalJson(parseFilters(JSON.parse(text), { source: 'body', limits }))).toBe(text)
  })
})
