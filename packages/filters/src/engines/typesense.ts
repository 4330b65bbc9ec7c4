import { checkFieldOptions, fieldOf, type FieldOptions } from '../compile/fields.ts'
import { fold, type Refuse } from '../compile/fold.ts'
import type { Filters } from '../filters.ts'
import type { Clause } from '../node.ts'
import type { Scalar } from '../wire.ts'

export { CompileError, type CompileErrorCode } from '../compile/compile-error.ts'
export type { Field, FieldOptions, FieldType } from '../compile/fields.ts'

export interface TypesenseOptions extends FieldOptions {
  /**
   * The collection's `symbols_to_index`, in one string, such as `'-@.'`: strings with any other symbol are refused then.
   * By default all are taken, though Typesense compares without the symbols that a collection does not index.
   */
  readonly symbols?: string | undefined
}

/**
 * The filter as the `filter_by` of a Typesense search. Everything is `''`, nothing is `(id:=0 && id:=1)`.
 *
 * Typesense compares strings word by word, without case and accents, and without the symbols that are not in the
 * collection's `symbols_to_index`: `a-1` finds `A1` too, unless `-` is. Say in `options.symbols` which are, where ids have
 * any. `options.fields` must say which fields hold numbers or booleans. Whole numbers are exact in `int32` and `int64` fields; a `float` has 32 bits, so only fractions that these
 * hold are taken.
 *
 * Typesense refuses searches with more than 100 clauses and operators, unless `--filter-by-max-ops` says otherwise.
 *
 * @throws CompileError `unmapped_key`, `undeclared_type`; `unsupported_value` for strings that Typesense cannot quote or
 *   would not compare as a whole (without words, with very long or repeated ones), and for numbers that it rounds.
 * @throws TypeError for a wrong or unknown option, and for filters that this package did not make.
 */
export function toTypesense(filters: Filters, options: TypesenseOptions = {}): string {
  const { symbols, ...fieldOptions } = options
  checkFieldOptions(fieldOptions)
  if (symbols !== undefined && typeof symbols !== 'string')
    throw new TypeError('options.symbols must be a string')
  return fold<string>(filters, {
    clause: (clause, refuse) => {
      const field = fieldOf(clause, fieldOptions, true, refuse)
      if (field === undefined) return undefined
      const values = field.values.map((value) => literal(value, clause, symbols, refuse))
      return `${field.name}:=${values.length === 1 ? values[0] : `[${values.join()}]`}`
    },
    // `&&` and `||` bind alike, so each group is in parentheses and has only one of them.
    all: (parts) => `(${parts.join(' && ')})`,
    any: (parts) => `(${parts.join(' || ')})`,
    everything: '',
    // A document has one id. Neither `id:!=*` nor another field would be nothing in every version and collection.
    nothing: '(id:=0 && id:=1)',
  })
}

function literal(
  value: Scalar,
  clause: Clause,
  symbols: string | undefined,
  refuse: Refuse,
): string {
  const fault = typeof value === 'string' ? faultInString(value, symbols) : faultInNumber(value)
  if (fault !== undefined) refuse('unsupported_value', fault, clause, value)
  return typeof value === 'string' ? `\`${value}\`` : String(value)
}

function faultInNumber(value: number | boolean): string | undefined {
  const isExact =
    typeof value === 'boolean' || Number.isSafeInteger(value) || Math.fround(value) === value
  return isExact ? undefined : 'Typesense rounds the number.'
}

/** What the engine reads as syntax, also between backticks. */
const SYNTAX: readonly (readonly [RegExp, string])[] = [
  [/`/, 'Typesense cannot escape a backtick.'],
  [/: *[([]/, 'Typesense reads a colon before a bracket as a place on the map.'],
  [/\\$/, 'Typesense reads a backslash at the end as the escape of the closing backtick.'],
  [/\* *$/, 'Typesense reads an asterisk at the end as a prefix.'],
  [/^ *".*" *$/s, 'Typesense reads a string in double quotes as a phrase.'],
]

function faultInString(value: string, symbols: string | undefined): string | undefined {
  const syntax = SYNTAX.find(([pattern]) => pattern.test(value))
  if (syntax !== undefined) return syntax[1]
  const left = symbols === undefined ? [] : value.match(SYMBOL)
  if (left?.some((symbol) => !symbols?.includes(symbol)))
    return 'Typesense compares without a symbol that is not among `options.symbols`.'
  const words = value.split(/[ \n]/).filter((word) => word !== '')
  if (!words.some((word) => LETTER_OR_DIGIT.test(word)))
    return 'Typesense finds no strings without a letter or a digit.'
  if (words.some((word) => bytesAtMost(word) >= MAX_WORD_BYTES))
    return 'Typesense cuts off words of that length.'
  const distinct = new Set(words.map(spokenPart))
  return distinct.size < words.length
    ? 'Typesense does not compare all the words where one is repeated.'
    : undefined
}

const SYMBOL = /[^\p{L}\p{M}\p{N} ]/gu
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u
const MAX_WORD_BYTES = 100

/** A word is cut off once it was spelled in ASCII, where that can be done; no character has more than five bytes then. */
function bytesAtMost(word: string): number {
  let bytes = 0
  for (const character of word) bytes += character < '\u0080' ? 1 : 5
  return bytes
}

/** What can be left of a word in a comparison; words without letters and digits may be left out, or may not. */
function spokenPart(word: string): string {
  const spoken = word
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
  return spoken === '' ? word : spoken
}
