// Filters and documents that try to break out of every language a filter is compiled to.
import fc from 'fast-check'
import { parseFilters, type Filters, type Query, type Scalar } from '../src/index.ts'

/** Strings with the syntax of some engine in them, and strings that look like other types. All are well-formed. */
export const HOSTILE_STRINGS = [
  '',
  ' ',
  'x',
  'X',
  'x y',
  '1',
  '1.0',
  '1e0',
  '-1',
  'true',
  'null',
  "o'k",
  "' or '1'='1",
  "'; drop table documents; --",
  '"',
  '" OR "1"="1',
  '\\',
  '\\"',
  "\\'",
  'a\\',
  '`',
  'x` || a:=`',
  '\\`',
  ') OR (',
  ') || (',
  ') AND NOT (',
  'x) && (y',
  '[x, y]',
  ']',
  ',',
  'a,b',
  'x, y',
  '|',
  ':',
  'a:b',
  '-x',
  '\\-x',
  '*',
  'x*',
  '%',
  '_',
  '?',
  '$1',
  '$ne',
  '{"$ne":""}',
  '@>',
  '<score=1>',
  'x<score=2>',
  '/**/',
  '--',
  'NOT',
  'TO',
  'EXISTS',
  '__proto__',
  'a.b',
  '\n',
  '\t',
  '\r\n',
  '\u0001',
  '\u2028',
  '\u00e9',
  'e\u0301',
  '\u{1f512}',
  'Ω',
] as const

/** Keys of the grammar that mean something elsewhere. */
export const HOSTILE_KEYS = [
  'a',
  'A',
  'b',
  'OR',
  'in',
  'a-b',
  '__x',
  '_',
  'toString',
  'null',
] as const

// Two small alphabets, so that most filters meet documents with the same keys and values.
export const hostileKey = fc.constantFrom(...HOSTILE_KEYS)
export const hostileScalar: fc.Arbitrary<Scalar> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<Scalar>(...HOSTILE_STRINGS) },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Scalar>(1, 0, -1, 1.5, 0.1, 1e21, -1e-7, Number.MAX_SAFE_INTEGER),
  },
  { weight: 2, arbitrary: fc.boolean() },
)

/** Queries of up to two levels over some keys and values. */
export function queries(
  key: fc.Arbitrary<string>,
  scalar: fc.Arbitrary<Scalar>,
  source: 'token' | 'body',
): fc.Arbitrary<Query> {
  const values = fc.array(scalar, { minLength: source === 'token' ? 1 : 0, maxLength: 4 })
  const condition = fc.oneof(
    { weight: 2, arbitrary: scalar },
    { weight: 1, arbitrary: scalar.map(($eq) => ({ $eq })) },
    { weight: 3, arbitrary: values.map(($in) => ({ $in })) },
  )
  const clauses = fc.dictionary(key, condition, { minKeys: 1, maxKeys: 2, noNullPrototype: true })
  const level = (of: fc.Arbitrary<Query>): fc.Arbitrary<Query> => {
    const list = fc.array(of, { minLength: 1, maxLength: 3 })
    return fc.oneof(
      { weight: 2, arbitrary: of },
      { weight: 1, arbitrary: list.map(($and) => ({ $and })) },
      { weight: 1, arbitrary: list.map(($or) => ({ $or })) },
    )
  }
  return level(level(clauses))
}

export const hostileBody: fc.Arbitrary<Filters> = queries(hostileKey, hostileScalar, 'body').map(
  (attributes) => parseFilters({ attributes }, { source: 'body' }),
)

/** What stands in documents beside scalars; none of it matches anything. */
const odd = fc.constantFrom<unknown>(null, {}, { x: 1 }, [['x']], [null], [{ a: 'x' }], [])

export type HostileDocument = Readonly<Record<string, unknown>>

/** Documents as JSON brings them: also with keys that no filter can name. */
export const hostileDocument: fc.Arbitrary<HostileDocument> = fc.dictionary(
  fc.oneof(
    { weight: 9, arbitrary: hostileKey },
    { weight: 1, arbitrary: fc.constantFrom('a.b', "o'k", 'x"y', '$a', 'A ', '__proto__') },
  ),
  fc.oneof(
    { weight: 6, arbitrary: hostileScalar },
    { weight: 5, arbitrary: fc.array(hostileScalar, { maxLength: 4 }) },
    { weight: 1, arbitrary: odd },
  ),
  { minKeys: 1, maxKeys: 5, noNullPrototype: true },
)
