/** @throws TypeError that says what was wrong, and holds no value */
export function must(holds: unknown, what: string): asserts holds {
  if (!holds) throw new TypeError(`countersign: bad ${what}`)
}

/** An own-property copy: a polluted `Object.prototype` sets no option. */
export const own = <T extends object>(options: T): T => ({ __proto__: null, ...options })

/** @throws TypeError that names an option that nobody knows: what was left when the known ones were taken out */
export function mustKnow(rest: object): void {
  const [name] = Object.keys(rest)
  must(name === undefined, `option "${name}"`)
}
