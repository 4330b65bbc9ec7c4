// JSON as others write it, and filters that tell apart what databases like to mix up.
import fc from 'fast-check'
import { matches, parseFilters, type Filters, type Scalar } from '../../src/index.ts'

// Numbers in several spellings, strings that differ in little, and what is no scalar.
const SPELLINGS: readonly string[] = String.raw`
  1 1.0 1e0 10e-1 -1 0 -0 -0.0 0.1 0.10 1e-1 1e-7 0.0000001 1.7976931348623157e308 1e400
  1e21 1000000000000000000000 9007199254740991 9007199254740991.0 -9007199254740991
  true false null {} [] {"k":1} {"0":1} {"k":"x"}
  "" "\u0020" "x" "X" "x\u0020" "\u0020x" "1" "1.0" "true" "false" "null" "[1]" "{}" "1e0"
  "é" "\u00e9" "e\u0301" "\ud83d\udd12" "\"" "\\" "\u0001" "\/" "'"
  [1] ["x",1.0] [true] [null,"x"] [["x"]] [[1],1] [{"k":"x"}] ["x","x"]
`
  .trim()
  .split(/\s+/)

/** The text of each document. Not all of them are objects. */
export const JSON_TEXTS: readonly string[] = [
  ...SPELLINGS.map((spelling) => `{"k":${spelling}}`),
  ...SPELLINGS,
  '[{"k":1}]',
  '{"K":"x"}',
  '{"a":{"k":"x"}}',
  '{"\\u006b":"x"}',
  '{ "l" : 1, "k" : "x" }',
]

const SCALARS = SPELLINGS.map((spelling): unknown => JSON.parse(spelling)).filter(
  (value): value is Scalar => typeof value !== 'object' && value !== Number.POSITIVE_INFINITY,
)

/** A filter for each scalar, and some for several. */
export const MEANINGS: readonly Filters[] = [
  ...SCALARS,
  { $in: [1, 'x'] },
  { $in: [true, 'X'] },
  { $in: SCALARS },
].map((k) => parseFilters({ attributes: { k } }, { source: 'token' }))

/** The places of the texts that a filter matches, as JSON.parse reads them. What is no object has no attributes. */
export function placesOf(filters: Filters, texts: readonly string[]): readonly number[] {
  return [...texts.keys()].filter((place) => {
    const value = JSON.parse(texts[place] as string) as Readonly<Record<string, unknown>> | null
    return typeof value === 'object' && value !== null && matches(filters, value)
  })
}

/** Numbers of any size, of which a filter asks for some. */
export const numbers: fc.Arbitrary<{ held: readonly number[]; asked: readonly number[] }> = fc
  .array(
    fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer(),
      fc.maxSafeInteger(),
      fc.constantFrom(Number.MIN_VALUE, Number.MAX_VALUE, 2.2250738585072014e-308, -0, 0.1 + 0.2),
    ),
    { minLength: 40, maxLength: 40 },
  )
  // Beside each that is asked for, its neighbours are held too.
  .map((held) => ({ held: held.flatMap(neighbours), asked: held.slice(0, 20) }))

function neighbours(number: number): number[] {
  return [number, number * (1 + Number.EPSILON), number * (1 - Number.EPSILON)].filter(
    Number.isFinite,
  )
}
