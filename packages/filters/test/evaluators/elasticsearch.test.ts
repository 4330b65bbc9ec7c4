import { describe, expect, it } from 'vitest'
import { finds, index, type Mapping } from './elasticsearch.ts'
import { QueryRefused } from './json.ts'

const MAPPING: Mapping = {
  user: 'keyword',
  tags: 'keyword',
  age: 'long',
  price: 'double',
  rough: 'float',
  active: 'boolean',
  'meta.env': 'keyword',
}
const found = (query: unknown, source: Readonly<Record<string, unknown>>): boolean =>
  finds(query, index(source, MAPPING), MAPPING)

describe('the evaluator of Elasticsearch queries', () => {
  it('reads the examples of the reference', () => {
    const kimchy = { user: 'kimchy', tags: ['env1', 'production'], age: 25, active: true }
    expect(found({ term: { user: { value: 'kimchy' } } }, kimchy)).toBe(true)
    expect(found({ term: { user: { value: 'Kimchy' } } }, kimchy)).toBe(false)
    expect(found({ terms: { user: ['kimchy', 'elkbee'] } }, kimchy)).toBe(true)
    expect(found({ match_all: {} }, {})).toBe(true)
    expect(found({ match_none: {} }, kimchy)).toBe(false)
    const query = {
      bool: {
        must: { term: { user: { value: 'kimchy' } } },
        filter: { term: { tags: { value: 'production' } } },
        must_not: { term: { age: { value: 15 } } },
        should: [{ term: { tags: { value: 'env1' } } }, { term: { tags: { value: 'deployed' } } }],
        minimum_should_match: 1,
      },
    }
    expect(found(query, kimchy)).toBe(true)
    expect(found(query, { ...kimchy, age: 15 })).toBe(false)
    expect(found(query, { ...kimchy, tags: 'production' })).toBe(false)
    expect(found(query, { ...kimchy, user: 'x' })).toBe(false)
  })

  it('takes a `should` for the score only beside a `must` or a `filter`, unless a minimum is named', () => {
    const should = [{ term: { tags: { value: 'x' } } }]
    const filter = [{ term: { user: { value: 'kimchy' } } }]
    const source = { user: 'kimchy', tags: 'y' }
    expect(found({ bool: { should } }, source)).toBe(false)
    expect(found({ bool: { filter, should } }, source)).toBe(true)
    expect(found({ bool: { must: filter, should } }, source)).toBe(true)
    expect(found({ bool: { filter, should, minimum_should_match: 1 } }, source)).toBe(false)
    expect(found({ bool: { must_not: [], should } }, source)).toBe(false)
  })

  it('finds everything by an empty `bool`, nothing by an empty list, nothing without a mapping', () => {
    expect(found({ bool: {} }, {})).toBe(true)
    expect(found({ bool: { should: [] } }, {})).toBe(true)
    expect(found({ bool: { should: [], minimum_should_match: 1 } }, {})).toBe(false)
    expect(found({ terms: { user: [] } }, { user: 'x' })).toBe(false)
    expect(found({ term: { other: { value: 'x' } } }, { other: 'x' })).toBe(false)
    expect(found({ term: { toString: { value: 'x' } } }, { toString: 'x' })).toBe(false)
  })

  it('finds a list by any of its elements, flattens lists of lists, and skips null', () => {
    expect(found({ term: { tags: { value: 'b' } } }, { tags: ['a', ['b', null]] })).toBe(true)
    expect(found({ term: { tags: { value: 'null' } } }, { tags: null })).toBe(false)
    expect(found({ term: { 'meta.env': { value: 'dev' } } }, { meta: { env: 'dev' } })).toBe(true)
    expect(found({ term: { 'meta.env': { value: 'dev' } } }, { 'meta.env': 'dev' })).toBe(true)
  })

  it('converts as the mapping says, when it indexes and when it searches', () => {
    expect(found({ term: { user: { value: '1' } } }, { user: 1 })).toBe(true)
    expect(found({ term: { user: { value: true } } }, { user: 'true' })).toBe(true)
    expect(found({ term: { age: { value: '25' } } }, { age: '25' })).toBe(true)
    expect(found({ term: { age: { value: 1 } } }, { age: 1.9 })).toBe(true)
    expect(found({ term: { age: { value: 0 } } }, { age: -0.5 })).toBe(true)
    expect(found({ term: { age: { value: 1.9 } } }, { age: 1.9 })).toBe(false)
    expect(found({ term: { price: { value: 0.1 } } }, { price: 0.1 })).toBe(true)
    expect(found({ term: { price: { value: 0.1 } } }, { price: 0.1 + 1e-9 })).toBe(false)
    expect(found({ term: { rough: { value: 0.1 } } }, { rough: 0.1 + 1e-9 })).toBe(true)
    expect(found({ terms: { active: ['true'] } }, { active: true })).toBe(true)
  })

  it.each([
    {},
    { term: {}, terms: {} },
    { term: {} },
    { term: { user: 'x' } },
    { term: { user: {} } },
    { term: { user: { value: ['x'] } } },
    { term: { user: { value: null } } },
    { term: { user: { value: 'x', boots: 2 } } },
    { term: { user: { value: 'x' }, tags: { value: 'y' } } },
    { terms: { user: 'x' } },
    { terms: { user: { index: 'other', id: '1', path: 'user' } } },
    { terms: { user: ['x', null] } },
    { terms: { user: ['x'], tags: ['y'] } },
    { term: { age: { value: 'x' } } },
    { term: { age: { value: true } } },
    { term: { age: { value: 1e21 } } },
    { term: { active: { value: 1 } } },
    { bool: { filters: [] } },
    { bool: { should: [], minimum_should_match: '75%' } },
    { bool: { filter: [{}] } },
    { match: { user: 'x' } },
    { query_string: { query: '*' } },
    { match_all: { boots: 1 } },
  ])('refuses %j', (query) => {
    expect(() => found(query, { user: 'x', age: 1 })).toThrow(QueryRefused)
  })

  it.each([{ user: {} }, { age: 'x' }, { age: true }, { age: [1e21] }, { active: 'yes' }])(
    'refuses to index %j',
    (source) => {
      expect(() => index(source, MAPPING)).toThrow(QueryRefused)
    },
  )
})
