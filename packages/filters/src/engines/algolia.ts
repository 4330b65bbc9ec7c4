import { allOf, anyOf, type Cnf } from '../compile/cnf.ts'
import { checkFieldOptions, fieldOf, type FieldOptions } from '../compile/fields.ts'
import { fold, type Refuse } from '../compile/fold.ts'
import type { Filters } from '../filters.ts'
import type { Clause } from '../node.ts'
import type { Scalar } from '../wire.ts'

export { CompileError, type CompileErrorCode } from '../compile/compile-error.ts'
export type { Field, FieldOptions, FieldType } from '../compile/fields.ts'

/** Search parameters of Algolia. The elements of `facetFilters` all hold; of a list in it, any. */
export interface AlgoliaParameters {
  facetFilters: (string | string[])[]
}

/**
 * The filter as search parameters for Algolia: `{ ...request, ...toAlgolia(filters) }`, in that order. Everything is
 * `{ facetFilters: [] }`, nothing is `{ facetFilters: ['objectID:0', 'objectID:1'] }`. What a request has in `filters` holds
 * as well, so that is where its own conditions belong.
 *
 * `facetFilters` is JSON, so no value can end where it should not; the text of `filters` has no escapes that hold for every
 * value. Both know lists of alternatives only: an `$and` in an `$or` is spread out, up to 2048 alternatives in all.
 *
 * Algolia compares strings without their case. It takes strings for numbers and booleans, so `options.fields` must say
 * which attributes hold those; numbers must be whole. All of them must be in the index's `attributesForFaceting`.
 *
 * @throws CompileError `unmapped_key`, `undeclared_type`; `unsupported_value` for fractions, for whole numbers beyond
 *   4611686018427387, and for strings that Algolia may not compare as they stand; `too_complex`.
 * @throws TypeError for a wrong or unknown option, and for filters that this package did not make.
 */
export function toAlgolia(filters: Filters, options: FieldOptions = {}): AlgoliaParameters {
  checkFieldOptions(options)
  const lists = fold<Cnf>(filters, {
    clause: (clause, refuse) => {
      const field = fieldOf(clause, options, true, refuse)
      return field && [field.values.map((value) => `${field.name}:${text(value, clause, refuse)}`)]
    },
    all: (parts, refuse) => allOf(parts, MAX_ALTERNATIVES) ?? refuse('too_complex', TOO_COMPLEX),
    any: (parts, refuse) => anyOf(parts, MAX_ALTERNATIVES) ?? refuse('too_complex', TOO_COMPLEX),
    everything: [],
    // A record has one objectID, which can be asked for in every index.
    nothing: [['objectID:0'], ['objectID:1']],
  })
  return { facetFilters: lists.map((list) => (list.length === 1 ? `${list[0]}` : [...list])) }
}

const MAX_ALTERNATIVES = 2048
const TOO_COMPLEX =
  'Algolia takes lists of alternatives only, and the filter has too many when it is spread out.'

const MAX_NUMBER = 4_611_686_018_427_387

function text(value: Scalar, clause: Clause, refuse: Refuse): string {
  if (typeof value === 'string') {
    const fault = FAULTS.find(([pattern]) => pattern.test(value))
    if (fault !== undefined) refuse('unsupported_value', fault[1], clause, value)
  } else if (
    typeof value === 'number' &&
    !(Number.isInteger(value) && Math.abs(value) <= MAX_NUMBER)
  )
    refuse('unsupported_value', 'Algolia rounds the number.', clause, value)
  // A minus sign negates, unless it is escaped.
  return String(value).replace(/^-/, '\\-')
}

const FAULTS: readonly (readonly [RegExp, string])[] = [
  [/^$|^\s|\s$/, 'Algolia may leave out white space at the ends of a string.'],
  [/^["'\\]/, 'Algolia may read a quote or a backslash at the beginning as syntax.'],
  [/<score=/i, 'Algolia reads `<score=…>` as the weight of a filter.'],
  [/^[^]{1000}/, 'Algolia cuts off strings of that length.'],
]
