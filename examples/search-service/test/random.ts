// Random queries and attributes that share keys and values, with what SQL, JSON and jsonpath might trip over.
import type { Query, Scalar } from '@countersign/filters'
import fc from 'fast-check'

const STRINGS = [
  '',
  ' ',
  'x',
  'X',
  'x y',
  '1',
  'true',
  'null',
  "o'k",
  "' or '1'='1",
  '"',
  '\\',
  '\\"',
  '") || (1 == 1',
  '" == "',
  '$."a"',
  '$[*]',
  '@',
  '/* */',
  '`',
  '%',
  '_',
  '.*',
  'a.b',
  '{"x":1}',
  '["x"]',
  '\n',
  '\u0001',
  '\u007f',
  '\u2028',
  'é',
  'e\u0301',
  '\u{1f512}',
]
const key = fc.constantFrom('a', 'b', 'A', 'is', 'or', 'a-b', '_', 'toString')
const scalar: fc.Arbitrary<Scalar> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...STRINGS) },
  { weight: 3, arbitrary: fc.constantFrom(0, 1, -1, 1.5, 0.1, 1e21, -1e-7, 2 ** 53 - 1) },
  { weight: 2, arbitrary: fc.boolean() },
)
const list = fc.array(scalar, { maxLength: 6 })

const condition = fc.oneof(
  scalar,
  list.map(($in) => ({ $in })),
  fc.record({ $eq: scalar, $in: list }, { noNullPrototype: true }),
)
const clause = fc.dictionary(key, condition, { minKeys: 1, maxKeys: 2, noNullPrototype: true })
const level = (of: fc.Arbitrary<Query>): fc.Arbitrary<Query> => {
  const several = fc.array(of, { minLength: 1, maxLength: 4 })
  return fc.oneof(
    { weight: 1, arbitrary: of },
    { weight: 1, arbitrary: several.map(($and) => ({ $and })) },
    { weight: 3, arbitrary: several.map(($or) => ({ $or })) },
  )
}
export const query: fc.Arbitrary<Query> = level(level(clause))

const odd = fc.constantFrom<unknown>(null, {}, { x: 'x' }, [['x']], [null], [{ a: 'x' }], [])
export const attributes: fc.Arbitrary<Record<string, unknown>> = fc.dictionary(
  key,
  fc.oneof({ weight: 4, arbitrary: scalar }, { weight: 5, arbitrary: list }, odd),
  { minKeys: 2, noNullPrototype: true },
)
