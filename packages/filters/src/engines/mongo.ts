import { checkFieldOptions, fieldOf, type FieldOptions } from '../compile/fields.ts'
import { fold } from '../compile/fold.ts'
import type { Filters } from '../filters.ts'

export { CompileError, type CompileErrorCode } from '../compile/compile-error.ts'
export type { Field, FieldOptions, FieldType } from '../compile/fields.ts'

/** A query document. */
export type MongoQuery = Readonly<Record<string, unknown>>

/**
 * The filter as a MongoDB query. Everything is `{}`, nothing is `{ $nor: [{}] }`. MongoDB does not convert between types,
 * and finds a value alone or in a list; a collation without case finds more.
 *
 * @throws CompileError `unmapped_key`
 * @throws TypeError for a wrong or unknown option, and for filters that this package did not make.
 */
export function toMongo(filters: Filters, options: FieldOptions = {}): MongoQuery {
  checkFieldOptions(options)
  return fold<MongoQuery>(filters, {
    clause: (clause, refuse) => {
      const field = fieldOf(clause, options, false, refuse)
      return field && { [field.name]: { $in: field.values } }
    },
    all: ($and) => ({ $and }),
    any: ($or) => ({ $or }),
    everything: {},
    nothing: { $nor: [{}] },
  })
}
