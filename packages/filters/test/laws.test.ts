import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FilterError, matches, mergeFilters, type Filters } from '../src/index.ts'
import { bodyFilters, documents, tokenFilters } from './arbitraries.ts'
import { expectShare, holds } from './property.ts'

const RUNS = 100_000

function strictly(token: Filters, body: Filters): Filters | undefined {
  try {
    return mergeFilters(token, body, { policy: 'strict' }).filters
  } catch (error) {
    expect(error).toBeInstanceOf(FilterError)
    return undefined
  }
}

describe('law 2: the effective filter never matches what the token excludes', () => {
  it('holds in every policy, and the body holds as far as its policy says', () => {
    const seen = { cases: 0, matched: 0, excluded: 0, narrowed: 0, dropped: 0, strict: 0 }
    let violations: string[] = []
    const check = (policy: string, ok: boolean): void => {
      if (!ok) violations.push(policy)
    }
    holds(
      RUNS,
      fc.property(tokenFilters, bodyFilters, documents, (token, body, docs) => {
        const precedence = mergeFilters(token, body)
        const intersect = mergeFilters(token, body, { policy: 'intersect' })
        const replace = mergeFilters(token, body, { policy: 'replace' })
        const strict = strictly(token, body)
        check(
          'strict refuses what is dropped',
          (strict === undefined) === precedence.dropped.length > 0,
        )
        check('intersect drops nothing', intersect.dropped.length === 0)
        if (precedence.dropped.length > 0) seen.dropped += 1
        if (strict !== undefined) seen.strict += 1
        for (const doc of docs) {
          const t = matches(token, doc)
          const both = t && matches(body, doc)
          const p = matches(precedence.filters as Filters, doc)
          check('precedence', !p || t)
          check('precedence keeps what both match', !both || p)
          check('precedence without drops', precedence.dropped.length > 0 || p === both)
          check('intersect', matches(intersect.filters as Filters, doc) === both)
          check('replace', matches(replace.filters as Filters, doc) === t)
          check('strict', strict === undefined || matches(strict, doc) === both)
          seen.cases += 1
          if (p) seen.matched += 1
          if (!t && matches(body, doc)) seen.excluded += 1
          if (t && !p) seen.narrowed += 1
        }
        const found = violations
        violations = []
        expect(found).toEqual([])
      }),
    )
    // Not vacuous: each situation makes up a good part of what was tried.
    expectShare(seen.matched, seen.cases, 0.02)
    expectShare(seen.excluded, seen.cases, 0.05)
    expectShare(seen.narrowed, seen.cases, 0.05)
    expectShare(seen.dropped, seen.cases / 4, 0.1)
    expectShare(seen.strict, seen.cases / 4, 0.2)
  })

  it('leaves Object.prototype as it was', () => {
    expect(Object.keys(Object.prototype)).toEqual([])
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('org')
    expect(({} as { org?: unknown }).org).toBeUndefined()
  })
})
