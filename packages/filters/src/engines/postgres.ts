import { fold, type Refuse } from '../compile/fold.ts'
import { columnFor, NO_COLUMN, quoteColumn, SQL, type SqlCondition } from '../compile/sql.ts'
import type { Filters } from '../filters.ts'
import type { Clause } from '../node.ts'
import { checkOptions } from '../options.ts'
import type { Scalar } from '../wire.ts'

export { CompileError, type CompileErrorCode } from '../compile/compile-error.ts'
export type { SqlCondition } from '../compile/sql.ts'

/** A column of its own for one attribute. The collation of a text column must be deterministic, else it finds more. */
export interface PostgresColumn {
  readonly name: string
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
 * `jsonb_path_ops`. Values that the type of a column cannot hold match nothing.
 *
 * @throws CompileError `unmapped_key`
 * @throws TypeError for a wrong or unknown option, and for filters that this package did not make.
 */
export function toPostgres(filters: Filters, options: PostgresOptions = {}): SqlCondition {
  checkOptions(options, 'options', ['column', 'columns', 'firstParameter'])
  const { columns, firstParameter = 1 } = options
  const { column = columns === undefined ? 'attributes' : undefined } = options
  const json = column === undefined ? undefined : quoteColumn(column, 'options.column')
  if (!(Number.isInteger(firstParameter) && firstParameter > 0))
    throw new TypeError('options.firstParameter must be a whole number from 1 on')

  const values: unknown[] = []
  const parameter = (value: unknown): string => {
    values.push(value)
    return `$${firstParameter + values.length - 1}`
  }
  const clause = (node: Clause, refuse: Refuse): string => {
    if (node.values.length === 0) return SQL.nothing
    const own = columnFor(node.key, columns, HOLDS)
    if (own !== undefined) return inColumn(own, node, parameter)
    return inJson(json ?? refuse('unmapped_key', NO_COLUMN, node), node, parameter)
  }
  return { text: fold(filters, { ...SQL, clause }), values }
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

function inColumn(
  { name, type, multiple }: Required<PostgresColumn> & { readonly type: ColumnType },
  { values }: Clause,
  parameter: Parameter,
): string {
  const held = values.filter(HOLDS[type])
  if (held.length === 0) return SQL.nothing
  const list = `${parameter(held)}::${type}[]`
  return multiple ? `${name} && ${list}` : `${name} = any(${list})`
}

function inJson(column: string, { key, values }: Clause, parameter: Parameter): string {
  const tests: string[] = []
  for (const value of values)
    for (const held of [value, [value]])
      tests.push(`${column} @> ${parameter(JSON.stringify({ [key]: held }))}::jsonb`)
  return `(${tests.join(' or ')})`
}
