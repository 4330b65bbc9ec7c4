/**
 * An own-property copy of an options object, refused when it holds a name that is not known.
 *
 * Reading own properties only keeps a polluted `Object.prototype` from setting options. `definite` names
 * options for which an explicit `undefined` throws: an unset environment variable must not turn into "any".
 *
 * @throws TypeError that names the option
 */
export function ownOptions<T extends object>(
  where: string,
  options: T,
  known: readonly (keyof T & string)[],
  definite: readonly (keyof T & string)[] = [],
): T {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new TypeError(`${where}: expected an options object`)
  const own = Object.assign(Object.create(null) as T, options)
  const names: readonly string[] = known
  for (const name of Object.keys(own))
    if (!names.includes(name))
      throw new TypeError(`${where}: unknown option "${name}" (known: ${known.join(', ')})`)
  for (const name of definite)
    if (Object.hasOwn(own, name) && own[name] === undefined)
      throw new TypeError(`${where}: option "${name}" is undefined; leave it out or give a value`)
  return own
}

/** A finite number in `[min, max]`, or the default where it is not given. @throws TypeError */
export function numberOption(
  where: string,
  value: unknown,
  { min, max, fallback, integer = false }: NumberRule,
): number {
  if (value === undefined) return fallback
  if (
    typeof value !== 'number' ||
    !(value >= min && value <= max) ||
    (integer && !Number.isInteger(value))
  )
    throw new TypeError(
      `${where} must be ${integer ? 'an integer' : 'a number'} from ${min} to ${max}`,
    )
  return value
}

interface NumberRule {
  readonly min: number
  readonly max: number
  readonly fallback: number
  readonly integer?: boolean
}

/** A boolean, or the default where it is not given. @throws TypeError */
export function booleanOption(where: string, value: unknown, fallback: boolean): boolean {
  if (value === undefined) return fallback
  if (typeof value !== 'boolean') throw new TypeError(`${where} must be a boolean`)
  return value
}

/** A non-empty string. @throws TypeError */
export function stringOption(where: string, value: unknown): string {
  if (typeof value !== 'string' || value === '')
    throw new TypeError(`${where} must be a non-empty string`)
  return value
}

/** One of a few constants, or the default where it is not given. @throws TypeError */
export function choiceOption<T extends string>(
  where: string,
  value: unknown,
  choices: readonly T[],
  fallback: T,
): T {
  if (value === undefined) return fallback
  if (!choices.includes(value as T))
    throw new TypeError(`${where} must be one of: ${choices.join(', ')}`)
  return value as T
}
