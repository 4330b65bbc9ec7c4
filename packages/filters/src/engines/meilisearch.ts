import { checkFieldOptions, fieldOf, type FieldOptions } from '../compile/fields.ts'
import { fold, type Refuse } from '../compile/fold.ts'
import type { Filters } from '../filters.ts'
import { exceedsBytes } from '../grammar/scalar.ts'
import type { Clause } from '../node.ts'
import type { Scalar } from '../wire.ts'

export { CompileError, type CompileErrorCode } from '../compile/compile-error.ts'
export type { Field, FieldOptions, FieldType } from '../compile/fields.ts'

/**
 * The filter as the `filter` of a Meilisearch search: a list whose elements all hold. Everything is `[]`, nothing is
 * `['"field" IN []']`. To ask for more, spread it into a longer list: as one element of another list, its own elements
 * would be alternatives.
 *
 * Meilisearch compares strings without their case, in their compatibility form and without the white space around them.
 * It takes strings for numbers and booleans, so `options.fields` must say which fields hold those.
 *
 * It refuses fields that are not in the index's `filterableAttributes`. Nothing needs a field too: that of the clause which
 * holds for no document, or, where that has none (as `matchNone`), the first of `options.fields`.
 *
 * @throws CompileError `unmapped_key`, `undeclared_type`; `unsupported_key` for fields that Meilisearch reserves;
 *   `unsupported_value` for strings of white space, and for those of more than 460 bytes.
 * @throws TypeError for a wrong or unknown option, and for filters that this package did not make.
 */
export function toMeilisearch(filters: Filters, options: FieldOptions = {}): string[] {
  checkFieldOptions(options)
  let nothing = '"none" IN []'
  // The parts that all hold stay apart: Meilisearch reads each on its own, so none could reach into another.
  const parts = fold<readonly string[]>(filters, {
    clause: (clause, refuse) => {
      const field = fieldOf(clause, options, true, refuse)
      if (field === undefined) {
        nothing = `${quoteName(anyField(clause, options, refuse), clause, refuse)} IN []`
        return undefined
      }
      const values = field.values.map((value) => quoteValue(value, clause, refuse))
      const test = values.length === 1 ? `= ${values[0]}` : `IN [${values.join(', ')}]`
      return [`${quoteName(field.name, clause, refuse)} ${test}`]
    },
    all: (lists) => lists.flat(),
    any: (lists) => [`(${lists.map(group).join(' OR ')})`],
    everything: [],
    nothing: NOTHING,
  })
  return parts === NOTHING ? [nothing] : [...parts]
}

const NOTHING: readonly string[] = Object.freeze([])

function group(parts: readonly string[]): string {
  return parts.length === 1 ? `${parts[0]}` : `(${parts.join(' AND ')})`
}

/** A field to say nothing with. */
function anyField(clause: Clause, options: FieldOptions, refuse: Refuse): string {
  const { fields } = options
  const isMapped = fields === undefined || Object.hasOwn(fields, clause.key)
  const key = isMapped ? clause.key : (Object.keys(fields)[0] ?? clause.key)
  // A value of each type: whatever the field holds, one of them fits.
  const field = fieldOf({ ...clause, key, values: ['', 0, false] }, options, false, refuse)
  return field?.name ?? key
}

// `_shard` is not an attribute of documents, but says on which machine they are.
const RESERVED = /^_(?:geo|geojson|shard|vectors)(?:\.|$)/

function quoteName(name: string, clause: Clause, refuse: Refuse): string {
  if (RESERVED.test(name))
    refuse('unsupported_key', 'Meilisearch has a meaning of its own for this field.', clause)
  return quote(name)
}

// Documents are found by the first 468 bytes of a string, or less where a character does not fit: past that, a shorter
// value would find longer ones.
const MAX_BYTES = 460

function quoteValue(value: Scalar, clause: Clause, refuse: Refuse): string {
  if (typeof value !== 'string') return quote(String(value))
  if (/^[\p{White_Space}\uFEFF]*$/u.test(value))
    refuse(
      'unsupported_value',
      'Meilisearch does not find strings of white space, nor the empty one.',
      clause,
      value,
    )
  if (exceedsBytes(value.normalize('NFKD').toLowerCase(), MAX_BYTES))
    refuse('unsupported_value', 'Meilisearch cuts off strings of that length.', clause, value)
  return quote(value)
}

/** A backslash escapes in two passes, quotes in the first and everything in the second; this is right for both. */
function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`
}
