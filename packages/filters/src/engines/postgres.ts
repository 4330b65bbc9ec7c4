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
export interface PostgresColumn {
  readonly name: string
  /** What it is declared as. The collation of a text column must be deterministic, else it finds more. */
  readonly type: 'text' | 'integer' | 'bigint' | 'double precision' | 'boolean'
  /** The column is an array of that type; `false` by default. */
  readonly multiple?: boolean | undefined
}

export interface PostgresOptions {
  /**
   * The `jsonb` column with the attributes, as an object; `d.attributes` is that of the table `d`. By default
   * `attributes`, or none where there are `columns`.
   */
  readonly column?: string | undefined
  /** Attributes with a column of their own; a name alone is a `text` column. All others are in `column`, or refused. */
  readonly columns?: Readonly<Record<string, string | PostgresColumn>> | undefined
  /** The number of the first parameter; 1 by default. */
  readonly firstParameter?: number | undefined
}

/**
 * The filter as a condition for PostgreSQL, with numbered parameters. Everything is `true`, nothing is `false`. What the
 * filter says, keys included, is in the parameters alone.
 *
 * A `jsonb` column is asked with `@>`, for each value alone and in a list: a GIN index serves that, also one with
 * `jsonb_path_ops`. Values that the type of a column cannot hold match nothing; nor do whole numbers in a `bigint` that
 * are not safe integers, since a number in JSON may have been rounded to them.
 *
 * @throws CompileError `unmapped_key`
 * @throws TypeError for a wrong or unknown option, and for filters that this package did not make.
 */
export function toPostgres(filters: Filters, options: PostgresOptions = {}): SqlCondition {
  checkOptions(options, 'options', ['column', 'columns', 'firstParameter'])
  const { firstParameter = 1 } = options
  if (!(Number.isSafeInteger(firstParameter) && firstParameter > 0))
    throw new TypeError('options.firstParameter must be a whole number from 1 on')
  const table = readTable(options, TYPES, '"')

  const values: unknown[] = []
  const parameter = (value: unknown): string => {
    values.push(value)
    return `$${firstParameter + values.length - 1}`
  }
  const text = conditionText(filters, table, {
    inColumn: (column, clause) => inColumn(column, clause, parameter),
    inJson: (column, clause) => inJson(column, clause, parameter),
  })
  return { text, values }
}

type Parameter = (value: unknown) => string
type ColumnType = PostgresColumn['type']

// Outside of its range, a number would be an error of the database instead of an answer.
const HOLDS: Readonly<Record<ColumnType, (value: Scalar) => boolean>> = {
  text: (value) => typeof value === 'string',
  integer: (value) => typeof value === 'number' && (value | 0) === value,
  bigint: (value) => Number.isSafeInteger(value),
  'double precision': (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
}
const TYPES = Object.keys(HOLDS) as readonly ColumnType[]

function inColumn(
  { name, type, multiple }: Required<Column<ColumnType>>,
  { values }: Clause,
  parameter: Parameter,
): string {
  const held = values.filter(HOLDS[type])
  if (held.length === 0) return NOTHING
  const list = `${parameter(held)}::${type}[]`
  return multiple ? `${name} && ${list}` : `${name} = any(${list})`
}

function inJson(column: string, { key, values }: Clause, parameter: Parameter): string {
  // Keys need no escapes.
  const member = `{"${key}":`
  // By way of `text`, since some drivers write a string for `jsonb` as JSON once more.
  let tests = '('
  for (const value of values) {
    const json = JSON.stringify(value)
    if (tests !== '(') tests += ' or '
    tests += `${column} @> ${parameter(`${member}${json}}`)}::text::jsonb or `
    tests += `${column} @> ${parameter(`${member}[${json}]}`)}::text::jsonb`
  }
  return `${tests})`
}
