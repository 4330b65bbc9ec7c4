import { checkOptions } from '../options.ts'
import type { Target } from './fold.ts'

/** A condition for a `WHERE`, in parentheses where it needs them, and the values of its parameters in their order. */
export interface SqlCondition {
  readonly text: string
  readonly values: readonly unknown[]
}

/** What all of SQL has in common. `false` stands where nothing can match, so that no parameter loses its number. */
export const SQL: Omit<Target<string>, 'clause'> = {
  all: (parts) => `(${parts.join(' and ')})`,
  any: (parts) => `(${parts.join(' or ')})`,
  everything: 'true',
  nothing: 'false',
}

/** A column's name as SQL text; `d.attributes` is the column `attributes` of `d`. */
export function quoteColumn(name: unknown, where: string): string {
  // U+0000 would end the text where it is a C string.
  // oxlint-disable-next-line no-control-regex -- that is the point
  if (typeof name !== 'string' || !/^[^.\0]+(?:\.[^.\0]+)*$/.test(name))
    throw new TypeError(`${where} must be the name of a column`)
  return name
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.')
}

/** A column of its own for one attribute. */
export interface Column<Type extends string> {
  readonly name: string
  readonly type: Type
  readonly multiple?: boolean | undefined
}

/** The column that `columns` has for an attribute, its name quoted; `undefined` where it has none. */
export function columnFor<Type extends string>(
  key: string,
  columns: Readonly<Record<string, string | Column<Type>>> | undefined,
  types: Readonly<Record<Type, unknown>>,
): Required<Column<Type>> | undefined {
  if (columns === undefined || !Object.hasOwn(columns, key)) return undefined
  const where = `options.columns.${key}`
  const given = columns[key]
  const column = typeof given === 'string' ? { name: given, type: 'text' as Type } : given
  checkOptions(column, where, ['name', 'type', 'multiple'])
  const { name, type, multiple = false } = column as Column<Type>
  if (!Object.hasOwn(types, type))
    throw new TypeError(`${where}.type must be one of: ${Object.keys(types).join(', ')}`)
  if (typeof multiple !== 'boolean') throw new TypeError(`${where}.multiple must be a boolean`)
  return { name: quoteColumn(name, `${where}.name`), type, multiple }
}

export const NO_COLUMN: string =
  'The attribute has no column, neither in `options.columns` nor in `options.column`.'
