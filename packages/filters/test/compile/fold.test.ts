import { describe, expect, it } from 'vitest'
import { fold, type Target } from '../../src/compile/fold.ts'
import { matchAll, matchNone, mergeFilters, parseFilters, type Filters } from '../../src/index.ts'
import { compileRefusal } from './refusal.ts'

/** Says a filter as text; each group in parentheses. */
const TEXT: Target<string> = {
  clause: ({ key, values }) => (values.length === 0 ? undefined : `${key}=${values.join('|')}`),
  all: (parts) => `(${parts.join(' and ')})`,
  any: (parts) => `(${parts.join(' or ')})`,
  everything: 'true',
  nothing: 'false',
}

const text = (attributes: unknown): string =>
  fold(parseFilters({ attributes }, { source: 'body' }), TEXT)

describe('fold', () => {
  it('says each part in the order it was written', () => {
    expect(text({ a: 1 })).toBe('a=1')
    expect(text({ b: 1, a: { $in: [2, 3] } })).toBe('(b=1 and a=2|3)')
    expect(text({ $and: [{ a: 1 }, { $and: [{ b: 2 }, { c: 3 }] }] })).toBe('(a=1 and b=2 and c=3)')
    expect(text({ $or: [{ a: 1, b: 2 }, { $or: [{ c: 3 }, { d: 4 }] }], e: 5 })).toBe(
      '(((a=1 and b=2) or c=3 or d=4) and e=5)',
    )
  })

  it('gives no group to a target that has less than two parts', () => {
    expect(text({ $or: [{ a: 1 }] })).toBe('a=1')
    expect(text({ $and: [{ a: 1 }] })).toBe('a=1')
    expect(text({ $or: [{ a: 1 }, { a: 1 }] })).toBe('a=1')
    expect(text({ $or: [{ a: 1 }, { b: { $in: [] } }] })).toBe('a=1')
  })

  it('says everything and nothing explicitly', () => {
    expect(text({})).toBe('true')
    expect(fold(matchAll, TEXT)).toBe('true')
    expect(fold(matchNone, TEXT)).toBe('false')
  })

  it('lets what cannot match fall away, with all that depends on it', () => {
    const none = { none: { $in: [] } }
    expect(text({ ...none, a: 1 })).toBe('false')
    expect(text({ a: 1, ...none })).toBe('false')
    expect(text({ $or: [none, none] })).toBe('false')
    expect(text({ $or: [none, { a: 1 }, none] })).toBe('a=1')
    expect(text({ $or: [{ a: 1, ...none }, { b: 2 }, { c: 3 }] })).toBe('(b=2 or c=3)')
    expect(text({ a: 1, $or: [{ b: 2, ...none }, { $and: [none, { c: 3 }] }] })).toBe('false')
    expect(text({ $or: [{ a: 1, $or: [none, { b: 2 }] }, none] })).toBe('(a=1 and b=2)')
  })

  it('visits every clause, also where nothing can match, so that none goes unrefused', () => {
    const picky: Target<string> = {
      ...TEXT,
      clause: (clause, refuse) =>
        clause.key === 'bad'
          ? refuse('unsupported_key', 'Bad.', clause)
          : TEXT.clause(clause, refuse),
    }
    const refused = (attributes: unknown): string =>
      compileRefusal(() => fold(parseFilters({ attributes }, { source: 'body' }), picky))
    expect(refused({ none: { $in: [] }, bad: 1 })).toBe('unsupported_key /attributes/bad')
    expect(refused({ none: { $in: [] }, $or: [{ a: 1 }, { b: 2, bad: 1 }] })).toBe(
      'unsupported_key /attributes/$or/1/bad',
    )
    expect(refused({ $or: [{ a: 1 }, { b: 2 }] })).toBe('compiled "(a=1 or b=2)"')
  })

  it('lets a target refuse a whole group', () => {
    const flat: Target<string> = {
      ...TEXT,
      any: (_parts, refuse) => refuse('too_complex', 'No groups.'),
    }
    const refused = (filters: Filters): string => compileRefusal(() => fold(filters, flat))
    const body = parseFilters({ attributes: { $or: [{ a: 1 }, { b: 2 }] } }, { source: 'body' })
    expect(refused(body)).toBe('too_complex /attributes')
    const token = parseFilters({ attributes: { org: 'o1' } }, { source: 'token' })
    expect(refused(mergeFilters(token, body).filters as Filters)).toBe('too_complex /attributes')
  })

  it('walks the deepest and the largest filter that can be parsed', () => {
    let attributes: unknown = { a: 1 }
    for (let depth = 0; depth < 15; depth += 1)
      attributes = { $or: [{ $and: [attributes, { b: depth }] }, { c: depth }] }
    const limits = { depth: 32, nodes: 1024, values: 1024, bytes: 65_536 }
    const deep = parseFilters({ attributes }, { source: 'body', limits })
    expect(fold(deep, TEXT)).toMatch(/^\({30}a=1 and b=0\) or c=0\) and b=1\) or c=1\)/)
    const wide = parseFilters(
      { attributes: { $or: Array.from({ length: 1000 }, (_, index) => ({ a: index })) } },
      { source: 'body', limits },
    )
    expect(fold(wide, TEXT).split(' or ')).toHaveLength(1000)
  })

  it('takes no filter that this package did not make', () => {
    for (const copy of [{ ...matchAll }, { attributes: {} }, null, 'x'])
      expect(() => fold(copy as unknown as Filters, TEXT)).toThrow(TypeError)
  })
})
