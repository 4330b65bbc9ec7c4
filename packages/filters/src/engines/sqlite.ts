import {
  conditionText,
  NOTHING,
  readTable,
  type Column,
  type SqlCondition,
} from '../compile/sql.ts'
import type { Filters } from '../filters.ts'
import type { Clause } from '../node.ts'
import { checkOptions } from '../options.ts'
import type { Scalar } from '../wire.ts'

export { CompileError, type CompileErrorCode } from '../compile/compile-error.ts'
export type { SqlCondition } from '../compile/sql.ts'

/** A column of its own for one attribute. */
export interface SqliteColumn {
  readonly name: string
  /**
   * What its rows hold; those that hold something else match nothing. A `boolean` is 0 or 1. It has to be declared so
   * that SQLite keeps what is stored: `TEXT` for text, and not `STRING`, which makes 7 of `'007'`.
   */
  readonly type: 'text' | 'number' | 'boolean'
  /** The column holds the text of a JSON array, whose booleans are `true` and `false`; `false` by default. */
  readonly multiple?: boolean | undefined
}

export interface SqliteOptions {
  /**
   * The column with the attributes, as the text of a JSON object; `d.attributes` is that of the table `d`. By default
   * `attributes`, or none where there are `columns`.
   */
  readonly column?: string | undefined
  /** Attributes with a column of their own; a name alone is a `text` column. All others are in `column`, or refused. */
  readonly columns?: Readonly<Record<string, string | SqliteColumn>> | undefined
}

/**
 * The filter as a condition for SQLite, from 3.38 on or with JSON1, with `?` for its parameters, which are strings and
 * numbers. Everything is `true`, nothing is `false`. What the filter says, keys included, is in the parameters alone.
 *
 * Text is compared byte by byte, whatever collation a column was declared with. An index serves columns of their own, if
 * it has no other collation; for text, not inside an `$or`. A row whose JSON is broken is an error of the database. Where
 * an object has a key twice, both must match.
 *
 * @throws CompileError `unmapped_key`
 * @throws TypeError for a wrong or unknown option, and for filters that this package did not make.
 */
export function toSqlite(filters: Filters, options: SqliteOptions = {}): SqlCondition {
  checkOptions(options, 'options', ['column', 'columns'])
  // Not `"`: a name in double quotes that no column has is a string for SQLite, and a string can equal a value.
  const table = readTable(options, TYPES, '`')

  const values: unknown[] = []
  const text = conditionText(filters, table, {
    inColumn: (column, clause) => inColumn(column, clause, values),
    inJson: (column, clause) => inJson(column, clause, values),
  })
  return { text, values }
}

type ColumnType = SqliteColumn['type']

const HOLDS: Readonly<Record<ColumnType, (value: Scalar) => boolean>> = {
  text: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
}
const TYPES = Object.keys(HOLDS) as readonly ColumnType[]

function inColumn(
  { name, type, multiple }: Required<Column<ColumnType>>,
  clause: Clause,
  parameters: unknown[],
): string {
  const values = clause.values.filter(HOLDS[type])
  if (values.length === 0) return NOTHING
  if (multiple) {
    parameters.push(JSON.stringify(values))
    return `exists (select 1 from ${inScope(name)}, json_each(${ifArray('d.json', 'json_type(d.json)')}) i where ${isListed('i')})`
  }
  parameters.push(...values.map((value) => (typeof value === 'boolean' ? Number(value) : value)))
  const list = values.map(() => '?').join(', ')
  if (type === 'text') return `(typeof(${name}) = 'text' and ${name} collate binary in (${list}))`
  return `(typeof(${name}) in ('integer', 'real') and ${name} in (${list}))`
}

function inJson(column: string, { key, values }: Clause, parameters: unknown[]): string {
  const list = JSON.stringify(values)
  parameters.push(list, list, key)
  const inside = `exists (select 1 from json_each(${ifArray('a.value', 'a.type')}) i where ${isListed('i')})`
  // The least of them, so that of two members with the same key none is passed over.
  return `(select min(${isListed('a')} or ${inside}) from ${inScope(column)}, json_each(d.json) a where a.key = ?)`
}

// A select of its own: beside json_each, the name would mean that function's column, or table, of the same name.
const inScope = (column: string): string => `(select ${column} as json) d`

const ifArray = (value: string, type: string): string =>
  `case ${type} when 'array' then ${value} end`

/**
 * Whether a row of json_each is one of the values of a JSON array: with its type, since SQLite takes `true` for 1. The
 * values are JSON too, so that SQLite reads numbers on both sides alike.
 */
const isListed = (row: string): string =>
  `(${kind(`${row}.type`)}, ${row}.value) in (select ${kind('type')}, value from json_each(?))`

const kind = (type: string): string => `replace(${type}, 'real', 'integer')`
