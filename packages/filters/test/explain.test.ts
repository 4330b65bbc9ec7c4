import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  explainMerge,
  FilterError,
  matches,
  matchAll,
  mergeFilters,
  parseFilters,
  type Filters,
  type MergePolicy,
} from '../src/index.ts'
import { bodyFilters, documents, tokenFilters } from './arbitraries.ts'
import { expectShare, holds } from './property.ts'

const token = parseFilters(
  { attributes: { $and: [{ org: 'o1' }, { modules: { $in: ['m1', 'm2'] } }] } },
  { source: 'token' },
)
const asked = (attributes: unknown): Filters => parseFilters({ attributes }, { source: 'body' })

describe('explainMerge', () => {
  const body = asked({
    org: { $eq: 'o1', $in: ['o2', 'o3'] },
    product: 'p1',
    $or: [{ env: 'dev' }, { beta: true, level: 2 }],
  })

  it('says of each clause where it came from and what became of it', () => {
    expect(explainMerge(token, body).clauses).toEqual([
      { from: 'token', key: 'org', clause: { org: 'o1' }, outcome: 'holds' },
      {
        from: 'token',
        key: 'modules',
        clause: { modules: { $in: ['m1', 'm2'] } },
        outcome: 'holds',
      },
      {
        from: 'body',
        key: 'org',
        clause: { org: 'o1' },
        outcome: 'repeats',
        signed: { org: 'o1' },
      },
      {
        from: 'body',
        key: 'org',
        clause: { org: { $in: ['o2', 'o3'] } },
        outcome: 'dropped',
        reason: 'contradicts',
        signed: { org: 'o1' },
      },
      { from: 'body', key: 'product', clause: { product: 'p1' }, outcome: 'holds' },
      {
        from: 'body',
        clause: { $or: [{ env: 'dev' }, { $and: [{ beta: true }, { level: 2 }] }] },
        outcome: 'holds',
      },
    ])
  })

  it('says the same in sentences', () => {
    expect(explainMerge(token, body).lines).toEqual([
      'The token asks for org = "o1".',
      'The token asks for modules to be one of "m1", "m2".',
      'The request asks for org = "o1", as the token does.',
      'The request asks for org to be one of "o2", "o3": dropped, since the token asks for org = "o1".',
      'The request asks for product = "p1".',
      'The request asks for (env = "dev" or (beta = true and level = 2)).',
      '4 clauses hold together.',
    ])
  })

  it('answers why an article is not found', () => {
    const document = { org: 'o1', modules: ['m2', 'm3'], env: 'dev', product: 'p2' }
    const { clauses, found, lines } = explainMerge(token, body, { document })
    expect(clauses.map(({ satisfied }) => satisfied)).toEqual([
      true,
      true,
      true,
      false,
      false,
      true,
    ])
    expect(found).toBe(false)
    expect(lines[4]).toBe(
      'The request asks for product = "p1". The document does not satisfy this.',
    )
    expect(lines[5]).toMatch(/ The document satisfies this\.$/)
    expect(lines.at(-1)).toBe('The document is not found.')
    expect(explainMerge(token, body, { document: { ...document, product: 'p1' } }).found).toBe(true)
  })

  it('explains every policy', () => {
    const contradiction = asked({ org: 'o2' })
    const of = (policy: MergePolicy): unknown[] => {
      const { clauses, found, lines } = explainMerge(token, contradiction, {
        policy,
        document: { org: 'o1', modules: 'm1' },
      })
      return [clauses.at(-1)?.outcome, found, lines.at(-2), lines.at(-1)]
    }
    const asks = 'The request asks for org = "o2"'
    const not = 'The document does not satisfy this.'
    const since = 'since the token asks for org = "o1".'
    expect(of('precedence')).toEqual([
      'dropped',
      true,
      `${asks}: dropped, ${since} ${not}`,
      'The document is found.',
    ])
    expect(of('intersect')).toEqual([
      'holds',
      false,
      `${asks}. ${not}`,
      'The document is not found.',
    ])
    expect(of('strict')).toEqual([
      'refused',
      undefined,
      `${asks}: refused, ${since} ${not}`,
      'The request is refused with filter_conflict.',
    ])
    expect(of('replace')).toEqual([
      'dropped',
      true,
      `${asks}: dropped, since the policy "replace" takes the token's filter alone. ${not}`,
      'The document is found.',
    ])
  })

  it('explains that nothing was asked for', () => {
    const nothing = { clauses: [], lines: ['No clause holds: every document is found.'] }
    expect(explainMerge()).toEqual(nothing)
    expect(explainMerge(undefined, matchAll)).toEqual(nothing)
    expect(explainMerge(undefined, asked({ a: { $in: [] } })).lines).toEqual([
      'The request asks for a to be one of no values.',
      'One clause holds.',
    ])
  })

  it('keeps a value on its line, whatever is in it', () => {
    const value = 'x\n\u001b[2J\u009b\u2028\u202e"\u{e0001}'
    const [line] = explainMerge(undefined, asked({ a: value })).lines
    expect(line).toBe(
      'The request asks for a = "x\\n\\u001b[2J\\u{9b}\\u{2028}\\u{202e}\\"\\u{e0001}".',
    )
  })

  it('refuses wrong options', () => {
    const wrong = (options: object) => () => explainMerge(token, undefined, options)
    expect(wrong({ polcy: 'strict' })).toThrow(TypeError('options.polcy is not an option'))
    expect(wrong({ policy: 'any' })).toThrow(TypeError)
    expect(() => explainMerge({ attributes: {} } as Filters)).toThrow(TypeError)
  })

  it('agrees with mergeFilters and matches in every policy', () => {
    const seen = { found: 0, refused: 0, dropped: 0, repeats: 0 }
    let cases = 0
    const policy = fc.constantFrom<MergePolicy>('precedence', 'intersect', 'strict', 'replace')
    holds(
      5000,
      fc.property(tokenFilters, bodyFilters, policy, documents, (signed, wanted, how, docs) => {
        const merged = mergeOrError(signed, wanted, how)
        for (const document of docs) {
          const { clauses, found } = explainMerge(signed, wanted, { policy: how, document })
          const dropped = clauses.filter(({ outcome }) => outcome === 'dropped')
          cases += 1
          if (dropped.length > 0) seen.dropped += 1
          if (clauses.some(({ outcome }) => outcome === 'repeats')) seen.repeats += 1
          if (merged === undefined) {
            expect(found).toBeUndefined()
            expect(clauses.map(({ outcome }) => outcome)).toContain('refused')
            seen.refused += 1
          } else {
            expect(found).toBe(matches(merged.filters ?? matchAll, document))
            expect(dropped.map(({ clause, reason }) => [clause, reason])).toEqual(
              merged.dropped.map(({ clause, reason }) => [clause, reason]),
            )
            if (found === true) seen.found += 1
          }
        }
      }),
    )
    for (const count of Object.values(seen)) expectShare(count, cases, 0.02)
  })
})

function mergeOrError(
  signed: Filters,
  body: Filters,
  policy: MergePolicy,
): ReturnType<typeof mergeFilters> | undefined {
  try {
    return mergeFilters(signed, body, { policy })
  } catch (error) {
    expect(error).toBeInstanceOf(FilterError)
    return undefined
  }
}
