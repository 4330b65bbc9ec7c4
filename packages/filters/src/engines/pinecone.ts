import { checkFieldOptions, fieldOf, type FieldOptions } from '../compile/fields.ts'
import { fold, type Refuse } from '../compile/fold.ts'
import type { Filters } from '../filters.ts'
import type { Clause } from '../node.ts'
import type { Scalar } from '../wire.ts'

export { CompileError, type CompileErrorCode } from '../compile/compile-error.ts'
export type { Field, FieldOptions, FieldType } from '../compile/fields.ts'

/** A metadata filter. */
export type PineconeFilter =
  | { $and: PineconeFilter[] }
  | { $or: PineconeFilter[] }
  | { [name: string]: { $eq: Scalar } | { $in: string[] | number[] } | { $exists: boolean } }

/**
 * The filter as a Pinecone metadata filter. Everything is one of `$exists` true or false, since Pinecone's client refuses
 * an empty filter; nothing is a value that is both true and false. Pinecone does not convert between types, and finds a
 * string alone or in a list; its metadata have no other lists, and no objects.
 *
 * @throws CompileError `unmapped_key`; `unsupported_value` for integers beyond 2^53.
 * @throws TypeError for a wrong or unknown option, and for filters that this package did not make.
 */
export function toPinecone(filters: Filters, options: FieldOptions = {}): PineconeFilter {
  checkFieldOptions(options)
  return fold<PineconeFilter>(filters, {
    clause: (clause, refuse) => oneOf(clause, options, refuse),
    all: (parts) => ({ $and: [...parts] }),
    any: (parts) => ({ $or: [...parts] }),
    everything: { $or: [{ any: { $exists: true } }, { any: { $exists: false } }] },
    // No empty `$in`, which the documentation does not explain, and nothing empty at all: Pinecone ignores that.
    nothing: { $and: [{ none: { $eq: true } }, { none: { $eq: false } }] },
  })
}

function oneOf(clause: Clause, options: FieldOptions, refuse: Refuse): PineconeFilter | undefined {
  const field = fieldOf(clause, options, false, refuse)
  if (field === undefined) return undefined
  const { name, values } = field
  const strings = values.filter((value) => typeof value === 'string')
  const numbers = values.filter((value) => typeof value === 'number')
  const rounded = numbers.find((value) => Number.isInteger(value) && !Number.isSafeInteger(value))
  if (rounded !== undefined)
    refuse(
      'unsupported_value',
      'Pinecone rounds integers beyond 2^53, so that one would find its neighbours.',
      clause,
      rounded,
    )
  // A list holds strings or numbers, never both, and no booleans.
  const lists = [strings, numbers].filter((list) => list.length > 0)
  const parts: PineconeFilter[] = lists.map((list) => ({
    [name]: list.length > 1 ? { $in: list } : { $eq: list[0] as Scalar },
  }))
  for (const value of values) if (typeof value === 'boolean') parts.push({ [name]: { $eq: value } })
  return parts.length > 1 ? { $or: parts } : parts[0]
}
