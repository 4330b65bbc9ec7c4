import fc from 'fast-check'
import { parseFilters, type Filters, type Query, type Scalar } from '../src/index.ts'

// Small alphabets: most pairs share keys and values, so that implications are not vacuous.
export const key = fc.constantFrom('a', 'b', 'c')
export const scalar: fc.Arbitrary<Scalar> = fc.constantFrom<Scalar>(
  'x',
  'y',
  '1',
  'true',
  1,
  0,
  -0,
  true,
)
const values = fc.array(scalar, { minLength: 1, maxLength: 3 })

const condition = fc.oneof(
  { weight: 3, arbitrary: scalar },
  { weight: 1, arbitrary: scalar.map(($eq) => ({ $eq })) },
  { weight: 3, arbitrary: values.map(($in) => ({ $in })) },
  { weight: 1, arbitrary: fc.record({ $eq: scalar, $in: values }) },
)
const clauses = fc.dictionary(key, condition, { minKeys: 1, maxKeys: 2 })
const list = (of: fc.Arbitrary<Query>): fc.Arbitrary<Query[]> =>
  fc.array(of, { minLength: 1, maxLength: 3 })

const queryOf = (leaf: fc.Arbitrary<Query>, levels: number): fc.Arbitrary<Query> => {
  if (levels === 0) return leaf
  const inner = queryOf(leaf, levels - 1)
  return fc.oneof(
    { weight: 2, arbitrary: leaf },
    { weight: 2, arbitrary: list(inner).map(($and) => ({ $and })) },
    { weight: 1, arbitrary: list(inner).map(($or) => ({ $or })) },
    {
      weight: 1,
      arbitrary: fc.tuple(clauses, list(inner)).map(([own, $or]) => ({ ...own, $or })),
    },
  )
}

/** A query that a token may hold. */
export const tokenQuery: fc.Arbitrary<Query> = queryOf(clauses, 2)
/** A query that a body may hold: a list may be empty. */
export const bodyQuery: fc.Arbitrary<Query> = queryOf(
  fc.oneof(
    { weight: 12, arbitrary: clauses },
    { weight: 1, arbitrary: key.map((name) => ({ [name]: { $in: [] } })) },
  ),
  2,
)

export const tokenFilters: fc.Arbitrary<Filters> = tokenQuery.map((attributes) =>
  parseFilters({ attributes }, { source: 'token' }),
)
export const bodyFilters: fc.Arbitrary<Filters> = bodyQuery.map((attributes) =>
  parseFilters({ attributes }, { source: 'body' }),
)

const attribute = fc.oneof(
  { weight: 3, arbitrary: scalar },
  { weight: 4, arbitrary: fc.array(scalar, { maxLength: 4 }) },
)
export type Document = Record<string, unknown>
export const document: fc.Arbitrary<Document> = fc.dictionary(key, attribute, { minKeys: 1 })
export const documents: fc.Arbitrary<Document[]> = fc.array(document, {
  minLength: 4,
  maxLength: 4,
})
