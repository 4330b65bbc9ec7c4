import { fold, type Refuse } from '../compile/fold.ts'
import { columnFor, NO_COLUMN, quoteColumn, SQL, type SqlCondition } from '../compile/sql.ts'
import type { Filters } from '../filters.ts'
import type { Clause } from '../node.ts'
import { checkOptions } from '../options.ts'
import type { Scalar } from '../wire.ts'

export { CompileError, type CompileErrorCode } from '../compile/compile-error.ts'
export type { SqlCondition } from '../compile/sql.ts'

/** A column of its own for one attribute. Its declared type must fit: SQLite converts what it compares with it. */
export interface SqliteColumn {
  readonly name: string
  /** A `boolean` is kept as 0 or 1. */
  readonly type: 'text' | 'number' | 'boolean'
  /** The column holds a JSON array, whose booleans are `true` and `false`; `false` by default. */
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
 * The JSON is read with `json_each`, never by a path: a path has a syntax of its own. An object with the same key twice
 * matches by either.
 *
 * @throws CompileError `unmapped_key`
 * @throws TypeError for a wrong or unknown option, and for filters that this package did not make.
 */
export function toSqlite(filters: Filters, options: SqliteOptions = {}): SqlCondition {
  checkOptions(options, 'options', ['column', 'columns'])
  const { columns } = options
  const { column = columns === undefined ? 'attributes' : undefined } = options
  const json = column === undefined ? undefined : quoteColumn(column, 'options.column')

  const values: unknown[] = []
  const clause = (node: Clause, refuse: Refuse): string => {
    if (node.values.length === 0) return SQL.nothing
    const own = columnFor(node.key, columns, HOLDS)
    if (own !== undefined) return inColumn(own, node, values)
    return inJson(json ?? refuse('unmapped_key', NO_COLUMN, node), node, values)
  }
  return { text: fold(filters, { ...SQL, clause }), values }
}

type ColumnType = SqliteColumn['type']

const HOLDS: Readonly<Record<ColumnType, (value: Scalar) => boolean>> = {
  text: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
}

function inColumn(
  { name, type, multiple }: Required<SqliteColumn> & { readonly type: ColumnType },
  clause: Clause,
  parameters: unknown[],
): string {
  const values = clause.values.filter(HOLDS[type])
  if (values.length === 0) return SQL.nothing
  if (multiple)
    return `exists (select 1 from json_each(${name}) i where ${isOneOf('i', values, parameters)})`
  // Whatever collation the column was declared with.
  return `${name} collate binary ${list(
    values.map((value) => (typeof value === 'boolean' ? Number(value) : value)),
    parameters,
  )}`
}

function inJson(column: string, { key, values }: Clause, parameters: unknown[]): string {
  parameters.push(key)
  const alone = isOneOf('a', values, parameters)
  const listed = isOneOf('i', values, parameters)
  const inside = `a.type = 'array' and exists (select 1 from json_each(a.value) i where ${listed})`
  return `exists (select 1 from json_each(${column}) a where a.key = ? and (${alone} or ${inside}))`
}

/** Whether a row of json_each is one of the values: by type first, since SQLite takes `true` for 1. */
function isOneOf(row: string, values: readonly Scalar[], parameters: unknown[]): string {
  const tests: string[] = []
  const texts = values.filter((value) => typeof value === 'string')
  if (texts.length > 0)
    tests.push(`${row}.type = 'text' and ${row}.value ${list(texts, parameters)}`)
  const numbers = values.filter((value) => typeof value === 'number')
  if (numbers.length > 0)
    tests.push(`${row}.type in ('integer', 'real') and ${row}.value ${list(numbers, parameters)}`)
  for (const value of [true, false])
    if (values.includes(value)) tests.push(`${row}.type = '${value}'`)
  return `(${tests.join(' or ')})`
}

function list(values: readonly unknown[], parameters: unknown[]): string {
  parameters.push(...values)
  return `in (${values.map(() => '?').join(', ')})`
}
