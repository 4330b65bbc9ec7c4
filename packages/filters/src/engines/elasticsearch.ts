import { checkFieldOptions, fieldOf, type FieldOptions } from '../compile/fields.ts'
import { fold, type Refuse } from '../compile/fold.ts'
import type { Filters } from '../filters.ts'
import type { Clause } from '../node.ts'
import type { Scalar } from '../wire.ts'

export { CompileError, type CompileErrorCode } from '../compile/compile-error.ts'
export type { Field, FieldOptions, FieldType } from '../compile/fields.ts'

/** A query of the Query DSL. */
export type ElasticsearchQuery =
  | { term: Record<string, { value: Scalar }> }
  | { terms: Record<string, Scalar[]> }
  | { bool: { filter: ElasticsearchQuery[] } }
  | { bool: { should: ElasticsearchQuery[]; minimum_should_match: 1 } }
  | { match_all: Record<string, never> }
  | { match_none: Record<string, never> }

/**
 * The filter as a query for Elasticsearch or OpenSearch. It belongs where a query decides, in the `filter` of a `bool`
 * or of a `knn`: in a `should` it would only add to the score. Everything is `match_all`, nothing is `match_none`.
 *
 * The index finds by what it made of a document, so the mapping has to be exact. It finds more than the filter says
 * where it is not:
 * - A field without a type, or of type `'string'`, is a `keyword` without a normalizer that is given strings only:
 *   `"1"` finds `1` there too. A `text` field is split into words; map its `keyword` subfield instead. What is longer
 *   than `ignore_above` is not found.
 * - `'number'` is a `long` if every value is an integer, else a `double`. A `long` cuts fractions off, and a `float`,
 *   which is what a dynamic mapping makes of fractions, rounds.
 * - `'boolean'` is a `boolean`.
 *
 * A list inside of a list, and a mapping's `null_value`, are found as well.
 *
 * @throws CompileError `unmapped_key`; `undeclared_type` for numbers and booleans without `fields` that say what the
 *   attribute holds; `unsupported_key` for a name with `_` in front, unless `fields` or a prefix say that it is yours;
 *   `unsupported_value` for integers beyond 2^53.
 * @throws TypeError for a wrong or unknown option, and for filters that this package did not make.
 */
export function toElasticsearch(filters: Filters, options: FieldOptions = {}): ElasticsearchQuery {
  checkFieldOptions(options)
  return fold<ElasticsearchQuery>(filters, {
    clause: (clause, refuse) => query(clause, options, refuse),
    all: (parts) => ({ bool: { filter: [...parts] } }),
    // Its default is 1, but 0 as soon as there is a `must` or a `filter` beside it.
    any: (parts) => ({ bool: { should: [...parts], minimum_should_match: 1 } }),
    everything: { match_all: {} },
    nothing: { match_none: {} },
  })
}

function query(
  clause: Clause,
  options: FieldOptions,
  refuse: Refuse,
): ElasticsearchQuery | undefined {
  const field = fieldOf(clause, options, true, refuse)
  if (field === undefined) return undefined
  const { name, values } = field
  // `_id`, `_index`, `_tier`: no attributes, but found under their names. Versions and plugins add to them.
  if (name === clause.key && name.startsWith('_') && options.fields === undefined)
    refuse(
      'unsupported_key',
      'Elasticsearch has fields of its own that begin with "_": `options.fields` must name those that are not.',
      clause,
    )
  const rounded = values.find((value) => Number.isInteger(value) && !Number.isSafeInteger(value))
  if (rounded !== undefined)
    refuse(
      'unsupported_value',
      'Elasticsearch compares all digits of an integer, and JavaScript has rounded one beyond 2^53.',
      clause,
      rounded,
    )
  // An object in the place of the list would be a look-up in another index. No clause comes near the 65 536 values that
  // a list can have.
  if (values.length > 1) return { terms: { [name]: [...values] } }
  return { term: { [name]: { value: values[0] as Scalar } } }
}
