import { describe, expect, it } from 'vitest'
import { mergeFilters, parseFilters, topLevelAttributes } from '../src/index.ts'

const top = (attributes: unknown): readonly string[] =>
  topLevelAttributes(parseFilters({ attributes }, { source: 'body' }))

describe('topLevelAttributes', () => {
  it('names what every match is held to, once', () => {
    expect(top({ org: 'o1' })).toEqual(['org'])
    expect(
      top({ $and: [{ org: 'o1', env: 'dev' }, { $and: [{ org: { $in: ['o1'] } }] }] }),
    ).toEqual(['org', 'env'])
    expect(top({})).toEqual([])
    expect(Object.isFrozen(top({}))).toBe(true)
  })

  it('does not name what stands inside an $or only (case 14)', () => {
    expect(top({ $or: [{ org: 'o1' }, { public: true }] })).toEqual([])
    expect(top({ $or: [{ org: 'o1' }] })).toEqual([])
    expect(top({ env: 'dev', $or: [{ org: 'o1' }, { $and: [{ org: 'o2' }, { x: 1 }] }] })).toEqual([
      'env',
    ])
  })

  it('reads merged filters', () => {
    const parse = (json: unknown) => parseFilters(json, { source: 'body' })
    const { filters } = mergeFilters(
      parse({ attributes: { a: 1 } }),
      parse({ attributes: { b: 1 } }),
    )
    expect(filters && topLevelAttributes(filters)).toEqual(['a', 'b'])
  })
})
