/** Refuses options that are not an object, and names that are not known: a typo must not switch a rule off. */
export function checkOptions(options: unknown, where: string, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`${where} must be an object`)
  for (const name of Object.keys(options))
    if (!names.includes(name)) throw new TypeError(`${where}.${name} is not an option`)
}
