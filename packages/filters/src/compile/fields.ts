import type { Clause } from '../node.ts'
import { checkOptions } from '../options.ts'
import type { Scalar } from '../wire.ts'
import type { Refuse } from './fold.ts'

/** What an attribute holds in every document, alone or in a list. */
export type FieldType = 'string' | 'number' | 'boolean'

/** The field of an engine that holds an attribute. */
export interface Field {
  /** Its name there; the prefix and the attribute's own by default. */
  readonly name?: string | undefined
  /**
   * What it holds, in every document. Values of another type match nothing then, and are left out. Without it, engines
   * that convert between types take strings only: they would find more than was meant.
   */
  readonly type?: FieldType | undefined
}

/** How attributes are named in an engine. */
export interface FieldOptions {
  /** What stands before the names of attributes, such as `attributes.`; nothing by default. */
  readonly prefix?: string | undefined
  /** The attributes that a filter may have, each with its field's name or more about it. By default any. */
  readonly fields?: Readonly<Record<string, string | Field>> | undefined
}

/** A clause as an engine's compiler needs it: never without values. */
export interface FieldClause {
  readonly name: string
  readonly values: readonly Scalar[]
}

const NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/
const TYPES: readonly unknown[] = [undefined, 'string', 'number', 'boolean']

/** @throws TypeError for a wrong or unknown option. */
export function checkFieldOptions(options: FieldOptions): void {
  checkOptions(options, 'options', ['prefix', 'fields'])
  const { prefix, fields } = options
  if (prefix !== undefined && prefix !== '') checkName(prefix, 'options.prefix')
  if (fields !== undefined && (typeof fields !== 'object' || (fields as unknown) === null))
    throw new TypeError('options.fields must be an object')
}

/**
 * The field of a clause and the values that it can hold; `undefined` where there are none.
 *
 * `converts`: whether the engine compares across types, so that it must be said what a field holds.
 */
export function fieldOf(
  clause: Clause,
  { prefix = '', fields }: FieldOptions,
  converts: boolean,
  refuse: Refuse,
): FieldClause | undefined {
  const { key, values } = clause
  if (values.length === 0) return undefined
  const field = fields === undefined ? {} : readField(clause, fields, refuse)
  const { name = prefix + key, type } = field
  const fitting = type === undefined ? values : values.filter((value) => typeof value === type)
  if (fitting.length === 0) return undefined
  if (type === undefined && converts) {
    const other = values.find((value) => typeof value !== 'string')
    if (other !== undefined)
      refuse(
        'undeclared_type',
        'The engine converts between types: `options.fields` must say what the attribute holds.',
        clause,
        other,
      )
  }
  return { name, values: fitting }
}

function readField(
  clause: Clause,
  fields: NonNullable<FieldOptions['fields']>,
  refuse: Refuse,
): Field {
  const given = Object.hasOwn(fields, clause.key) ? fields[clause.key] : undefined
  if (given === undefined)
    return refuse('unmapped_key', 'The attribute is not among `options.fields`.', clause)
  const where = `options.fields.${clause.key}`
  if (typeof given === 'string') return { name: checkName(given, where) }
  checkOptions(given, where, ['name', 'type'])
  if (given.name !== undefined) checkName(given.name, `${where}.name`)
  if (!TYPES.includes(given.type))
    throw new TypeError(`${where}.type must be "string", "number" or "boolean"`)
  return given
}

function checkName(name: unknown, where: string): string {
  if (typeof name !== 'string' || !NAME.test(name))
    throw new TypeError(`${where} must be a name of letters, digits, "_", "-" and "."`)
  return name
}
