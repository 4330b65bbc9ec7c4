import { describe, expect, it } from 'vitest'
import { canonicalJson, parseFilters, type FilterLimits } from '../../src/index.ts'
import { refusal } from '../refusal.ts'

const nested = (operator: '$and' | '$or', levels: number, leaf: unknown = { a: 1 }): unknown => {
  let query = leaf
  for (let level = 0; level < levels; level += 1) query = { [operator]: [query] }
  return { attributes: query }
}
const bytes = (text: string): number => new TextEncoder().encode(text).length
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

describe('limits, at the bound and one over', () => {
  it('depth: 8 nested operators', () => {
    for (const operator of ['$and', '$or'] as const) {
      expect(refusal(nested(operator, 8))).toBe('accepted')
      expect(refusal(nested(operator, 9))).toBe(
        `too_deep /attributes${`/${operator}/0`.repeat(8)}/${operator}`,
      )
    }
  })

  it('depth: several members or operators in one object count as an $and', () => {
    const at = `/attributes${'/$or/0'.repeat(8)}`
    expect(refusal(nested('$or', 7, { a: 1, b: 1 }))).toBe('accepted')
    expect(refusal(nested('$or', 8, { a: 1, b: 1 }))).toBe(`too_deep ${at}`)
    expect(refusal(nested('$or', 7, { a: { $eq: 1, $in: [1] } }))).toBe('accepted')
    expect(refusal(nested('$or', 8, { a: { $eq: 1, $in: [1] } }))).toBe(`too_deep ${at}/a`)
    expect(refusal(nested('$or', 7, { a: { $eq: 1, $in: [1] }, b: 1 }))).toBe('accepted')
  })

  it('nodes: 256 clauses and operators', () => {
    const clauses = (count: number) => ({
      attributes: { $or: numbers(count).map((index) => ({ [`k${index}`]: 1 })) },
    })
    expect(refusal(clauses(255))).toBe('accepted')
    expect(refusal(clauses(256))).toBe('too_large /attributes/$or/255/k255')
    const members = (count: number) => ({
      attributes: Object.fromEntries(numbers(count).map((index) => [`k${index}`, 1])),
    })
    expect(refusal(members(255))).toBe('accepted')
    expect(refusal(members(256))).toBe('too_large /attributes/k255')
    expect(refusal({ attributes: { a: 1, b: 1 } }, 'body', { nodes: 3 })).toBe('accepted')
    expect(
      refusal({ attributes: { $and: [{ a: { $eq: 1, $in: [] } }] } }, 'body', { nodes: 1 }),
    ).toBe('too_large /attributes/$and/0/a')
    expect(refusal({ attributes: { a: 1, b: 1 } }, 'body', { nodes: 1 })).toBe(
      'too_large /attributes/a',
    )
  })

  it('values: 256 in all clauses together', () => {
    expect(refusal({ attributes: { a: { $in: numbers(256) } } })).toBe('accepted')
    expect(refusal({ attributes: { a: { $in: numbers(257) } } })).toBe(
      'too_large /attributes/a/$in/256',
    )
    expect(refusal({ attributes: { a: { $in: numbers(256) }, b: 1 } })).toBe(
      'too_large /attributes/b',
    )
  })

  it.each(['x', 'é', '€', '\u{1F600}', '"', '\\', '\n', '\u0001'])(
    'bytes: 16 KiB of canonical text of %j',
    (fill) => {
      const count = ['"', '\\', '\n'].includes(fill) ? 2 : fill === '\u0001' ? 6 : bytes(fill)
      const text = fill.repeat(Math.floor(768 / count))
      const clauses = numbers(20).map((index) => ({ [`k${index}`]: text }))
      const bare = bytes(JSON.stringify({ attributes: { $and: [...clauses, { z: '' }] } }))
      const of = (total: number) => ({
        attributes: { $and: [...clauses, { z: 'z'.repeat(total - bare) }] },
      })
      expect(bytes(canonicalJson(parseFilters(of(16_384), { source: 'token' })))).toBe(16_384)
      expect(refusal(of(16_385))).toBe('too_large ')
      expect(
        bytes(
          canonicalJson(
            parseFilters(of(bare + 9), { source: 'token', limits: { bytes: bare + 9 } }),
          ),
        ),
      ).toBe(bare + 9)
    },
  )

  it('bytes: what is far too large is refused where it gets too large', () => {
    const values = numbers(20).map((index) => String(index).padStart(1000, 'x'))
    expect(refusal({ attributes: { a: { $in: values } } })).toBe('too_large /attributes/a/$in/16')
    expect(refusal({ attributes: { abc: true } }, 'body', { bytes: 11 })).toBe(
      'too_large /attributes/abc',
    )
  })

  it('strings: 1 KiB in UTF-8', () => {
    for (const [fits, over] of [
      ['x'.repeat(1024), 'x'.repeat(1025)],
      ['é'.repeat(512), `${'é'.repeat(512)}x`],
      [`${'€'.repeat(341)}x`, '€'.repeat(342)],
      ['\u{1F600}'.repeat(256), `${'\u{1F600}'.repeat(256)}x`],
      ['"'.repeat(1024), '"'.repeat(1025)],
    ]) {
      expect(refusal({ attributes: { a: fits } })).toBe('accepted')
      expect(refusal({ attributes: { a: over } })).toBe('bad_value /attributes/a')
    }
  })

  it('10 000 values and 5 000 levels end before they are walked (case 32)', () => {
    expect(refusal({ attributes: { a: { $in: numbers(10_000) } } })).toBe(
      'too_large /attributes/a/$in/256',
    )
    expect(refusal(nested('$and', 5000))).toContain('too_deep ')
    expect(
      refusal(JSON.parse(`{"attributes":${'{"$or":['.repeat(5000)}{"a":1}${']}'.repeat(5000)}}`)),
    ).toContain('too_deep ')
  })
})

describe('limits as options', () => {
  it('are exact, from 1 to the maximum', () => {
    expect(refusal(nested('$or', 32), 'body', { depth: 32 })).toBe('accepted')
    expect(refusal(nested('$or', 33), 'body', { depth: 32 })).toContain('too_deep')
    expect(refusal({ attributes: { a: { $in: numbers(1024) } } }, 'body', { values: 1024 })).toBe(
      'accepted',
    )
    expect(
      refusal({ attributes: { a: { $in: [1, 2] } } }, 'body', { values: 1, depth: undefined }),
    ).toBe('too_large /attributes/a/$in/1')
  })

  it.each([
    ['depth', 33],
    ['nodes', 1025],
    ['values', 1025],
    ['bytes', 65_537],
  ] as const)('refuses %s out of range', (name, over) => {
    for (const value of [0, -1, 1.5, Number.NaN, Infinity, over, '8', null, true])
      expect(() => parseFilters({}, { source: 'body', limits: { [name]: value } })).toThrow(
        new TypeError(`limits.${name} must be an integer from 1 to ${over - 1}`),
      )
    expect(() => parseFilters({}, { source: 'body', limits: { [name]: over - 1 } })).not.toThrow()
  })

  it('refuses what is no object, and unknown names', () => {
    const limits = (value: unknown) => () =>
      parseFilters({}, { source: 'body', limits: value as FilterLimits })
    expect(limits(null)).toThrow(new TypeError('limits must be an object'))
    expect(limits(8)).toThrow(new TypeError('limits must be an object'))
    expect(limits({ dept: 1 })).toThrow(new TypeError('limits.dept is not an option'))
  })
})
