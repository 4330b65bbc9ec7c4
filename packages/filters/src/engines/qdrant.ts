import { checkFieldOptions, fieldOf, type FieldOptions } from '../compile/fields.ts'
import { fold, type Refuse } from '../compile/fold.ts'
import type { Filters } from '../filters.ts'
import type { Clause } from '../node.ts'
import type { Scalar } from '../wire.ts'

export { CompileError, type CompileErrorCode } from '../compile/compile-error.ts'
export type { Field, FieldOptions, FieldType } from '../compile/fields.ts'

/** What a point is held to: one of its values, its id, or a filter of its own. */
export type QdrantCondition =
  | { key: string; match: { value: Scalar } | { any: string[] | number[] } }
  | { has_id: never[] }
  | QdrantFilter

export interface QdrantFilter {
  must?: QdrantCondition[]
  should?: QdrantCondition[]
}

/**
 * The filter as a Qdrant filter. Everything is `{}`, nothing is `{ must: [{ has_id: [] }] }`. Qdrant does not convert
 * between types, and finds a value alone or in a list.
 *
 * A field's name is a path: a dot leads into an object. A payload index of type `uuid` finds a UUID in each of its
 * spellings; one of type `keyword` is exact.
 *
 * @throws CompileError `unmapped_key`; `unsupported_value` for fractions, and for integers beyond 2^53.
 * @throws TypeError for a wrong or unknown option, and for filters that this package did not make.
 */
export function toQdrant(filters: Filters, options: FieldOptions = {}): QdrantFilter {
  checkFieldOptions(options)
  const condition = fold<QdrantCondition>(filters, {
    clause: (clause, refuse) => matchOf(clause, options, refuse),
    all: (parts) => ({ must: [...parts] }),
    // Never empty: Qdrant takes a `should` without conditions for no constraint.
    any: (parts) => ({ should: [...parts] }),
    everything: {},
    nothing: { has_id: [] },
  })
  return 'key' in condition || 'has_id' in condition ? { must: [condition] } : condition
}

function matchOf(
  clause: Clause,
  options: FieldOptions,
  refuse: Refuse,
): QdrantCondition | undefined {
  const field = fieldOf(clause, options, false, refuse)
  if (field === undefined) return undefined
  const { name: key, values } = field
  const strings = values.filter((value) => typeof value === 'string')
  const numbers = values.filter((value) => typeof value === 'number')
  const inexact = numbers.find((value) => !Number.isSafeInteger(value))
  // No range from a fraction to itself either: with an integer index, Qdrant up to 1.18.0 finds 1 by that of 1.5.
  if (inexact !== undefined)
    refuse(
      'unsupported_value',
      'Qdrant matches no fractions, and JavaScript has rounded the integers beyond 2^53.',
      clause,
      inexact,
    )
  // A list holds strings or integers, never both, and no booleans.
  const lists = [strings, numbers].filter((list) => list.length > 0)
  const conditions: QdrantCondition[] = lists.map((list) => ({
    key,
    match: list.length > 1 ? { any: list } : { value: list[0] as Scalar },
  }))
  for (const value of values)
    if (typeof value === 'boolean') conditions.push({ key, match: { value } })
  return conditions.length > 1 ? { should: conditions } : conditions[0]
}
