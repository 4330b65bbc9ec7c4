import fc from 'fast-check'

// Filters and documents over few keys and values, so that they meet often.

const KEYS = ['org', 'env', 'team', 'level'] as const
const scalar = fc.constantFrom<string | number | boolean>('a', 'b', 'c', '1', 1, 2, true, false)
const key = fc.constantFrom(...KEYS)

const condition = (empty: boolean): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 3, arbitrary: scalar },
    { weight: 1, arbitrary: scalar.map((value) => ({ $eq: value })) },
    {
      weight: 3,
      arbitrary: fc
        .array(scalar, { minLength: empty ? 0 : 1, maxLength: 3 })
        .map(($in) => ({ $in })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(scalar, fc.array(scalar, { minLength: 1, maxLength: 3 }))
        .map(([$eq, $in]) => ({ $eq, $in })),
    },
  )

const query = (empty: boolean): fc.Arbitrary<unknown> =>
  fc.letrec<{ query: unknown }>((tie) => ({
    query: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      {
        weight: 4,
        arbitrary: fc.dictionary(key, condition(empty), {
          minKeys: 1,
          maxKeys: 2,
          noNullPrototype: true,
        }),
      },
      {
        weight: 2,
        arbitrary: fc.array(tie('query'), { minLength: 1, maxLength: 3 }).map(($and) => ({ $and })),
      },
      {
        weight: 2,
        arbitrary: fc.array(tie('query'), { minLength: 1, maxLength: 3 }).map(($or) => ({ $or })),
      },
    ),
  })).query

/** What a token may sign. */
export const signedFilters: fc.Arbitrary<object> = query(false).map((attributes) => ({
  attributes,
}))

/** What a body may ask for, also nothing. */
export const askedFilters: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 8, arbitrary: query(true).map((attributes) => ({ attributes })) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(null, {}, { attributes: {} }) },
)

const value: fc.Arbitrary<unknown> = fc.oneof<fc.MaybeWeightedArbitrary<unknown>[]>(
  { weight: 4, arbitrary: scalar },
  { weight: 2, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(null, {}, [['a']], [null]) },
)

/** A document with some of the attributes. */
const documents: fc.Arbitrary<Record<string, unknown>> = fc.dictionary(key, value, {
  maxKeys: 4,
  noNullPrototype: true,
})

const POOL = 2000
const AT_ONCE = 30

/** Some of many documents. They are made once: making them is what would take longest. */
export function someDocuments(seed: number): fc.Arbitrary<readonly Record<string, unknown>[]> {
  const pool = fc.sample(documents, { seed, numRuns: POOL })
  return fc.nat(POOL - AT_ONCE).map((start) => pool.slice(start, start + AT_ONCE))
}
