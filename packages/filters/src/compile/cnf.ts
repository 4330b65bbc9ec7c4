/** Lists of alternatives, one of each list holds. No list at all is everything; none is empty. */
export type Cnf = readonly (readonly string[])[]

/**
 * What holds where any of the parts does, spread out over all of them: as many lists as ways to take one from each part.
 * `undefined` where these would have more than `limit` alternatives in all; then none of them are made.
 */
export function anyOf(parts: readonly Cnf[], limit: number): Cnf | undefined {
  let spread: Cnf = [[]]
  for (const part of parts) {
    if (countOf(spread) * part.length + countOf(part) * spread.length > limit) return undefined
    spread = spread.flatMap((list) => part.map((other) => [...list, ...other]))
  }
  return spread.map((list) => [...new Set(list)])
}

/** What holds where all the parts do; `undefined` as for {@link anyOf}. */
export function allOf(parts: readonly Cnf[], limit: number): Cnf | undefined {
  const lists = parts.flat()
  return countOf(lists) > limit ? undefined : lists
}

function countOf(lists: Cnf): number {
  return lists.reduce((count, list) => count + list.length, 0)
}
