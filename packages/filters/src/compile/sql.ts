import type { Filters } from '../filters.ts'
import type { Clause } from '../node.ts'
import { checkOptions } from '../options.ts'
import { fold } from './fold.ts'

/** A condition for a `WHERE`, in parentheses where it needs them, and the values of its parameters in their order. */
export interface SqlCondition {
  readonly text: string
  readonly values: readonly unknown[]
}

/** Where nothing can match, so that no parameter loses its number. */
export const NOTHING = 'false'

/** A column of its own for one attribute. */
export interface Column<Type extends string> {
  readonly name: string
  readonly type: Type
  readonly multiple?: boolean | undefined
}

interface TableOptions<Type extends string> {
  readonly column?: string | undefined
  readonly columns?: Readonly<Record<string, string | Column<Type>>> | undefined
}

/** Where a table holds its attributes: in columns of their own, all others as JSON. Names are quoted. */
export interface Table<Type extends string> {
  readonly own: ReadonlyMap<string, Required<Column<Type>>>
  readonly json: string | undefined
}

/**
 * Reads `column` and `columns`, all of them, so that it is not some client's filter that finds the mistake.
 *
 * - `types`: what a column can hold; a name alone stands for the first.
 * - `quote`: the quotation mark of names.
 *
 * @throws TypeError
 */
export function readTable<Type extends string>(
  options: TableOptions<Type>,
  types: readonly Type[],
  quote: '"' | '`',
): Table<Type> {
  const { columns } = options
  const { column = columns === undefined ? 'attributes' : undefined } = options
  const json = column === undefined ? undefined : quoted(column, quote, 'options.column')
  const own = new Map<string, Required<Column<Type>>>()
  if (columns !== undefined) {
    if (typeof columns !== 'object' || (columns as unknown) === null)
      throw new TypeError('options.columns must be an object')
    for (const key of Object.keys(columns))
      own.set(key, readColumn(columns[key], types, quote, `options.columns.${key}`))
  }
  return { own, json }
}

function readColumn<Type extends string>(
  given: string | Column<Type> | undefined,
  types: readonly Type[],
  quote: '"' | '`',
  where: string,
): Required<Column<Type>> {
  if (typeof given === 'string')
    return { name: quoted(given, quote, where), type: types[0] as Type, multiple: false }
  checkOptions(given, where, ['name', 'type', 'multiple'])
  const { name, type, multiple = false } = given as Column<Type>
  if (!types.includes(type))
    throw new TypeError(`${where}.type must be one of: ${types.join(', ')}`)
  if (typeof multiple !== 'boolean') throw new TypeError(`${where}.multiple must be a boolean`)
  return { name: quoted(name, quote, `${where}.name`), type, multiple }
}

/** A column's name as SQL text; `d.attributes` is the column `attributes` of `d`. */
function quoted(name: unknown, quote: '"' | '`', where: string): string {
  // U+0000 would end the text where it is a C string.
  // oxlint-disable-next-line no-control-regex -- that is the point
  if (typeof name !== 'string' || !/^[^.\0]+(?:\.[^.\0]+)*$/.test(name))
    throw new TypeError(`${where} must be the name of a column`)
  const escaped = name.replaceAll(quote, quote + quote)
  return quote + escaped.replaceAll('.', `${quote}.${quote}`) + quote
}

/** How a dialect asks for a clause, which has values: in a column of its own, or in the JSON of a column. */
export interface Dialect<Type extends string> {
  readonly inColumn: (column: Required<Column<Type>>, clause: Clause) => string
  readonly inJson: (column: string, clause: Clause) => string
}

/** @throws CompileError `unmapped_key` */
export function conditionText<Type extends string>(
  filters: Filters,
  { own, json }: Table<Type>,
  { inColumn, inJson }: Dialect<Type>,
): string {
  return fold<string>(filters, {
    clause(clause, refuse) {
      if (clause.values.length === 0) return NOTHING
      const column = own.get(clause.key)
      if (column !== undefined) return inColumn(column, clause)
      return inJson(json ?? refuse('unmapped_key', NO_COLUMN, clause), clause)
    },
    all: (parts) => chain(parts, ' and '),
    any: (parts) => chain(parts, ' or '),
    everything: 'true',
    nothing: NOTHING,
  })
}

const NO_COLUMN =
  'The attribute has no column, neither in `options.columns` nor in `options.column`.'

// As many are bracketed together: a chain is as deep as it is long, and SQLite takes an expression of at most 1000 levels.
const LINKS = 16

function chain(parts: readonly string[], operator: ' and ' | ' or '): string {
  if (parts.length <= LINKS) {
    // Not joined: a text that is put together bit by bit is copied once, when it is sent.
    let text = `(${parts[0]}`
    for (let index = 1; index < parts.length; index += 1) text += operator + parts[index]
    return `${text})`
  }
  const chains: string[] = []
  for (let start = 0; start < parts.length; start += LINKS)
    chains.push(chain(parts.slice(start, start + LINKS), operator))
  return chain(chains, operator)
}
