import { conjunctsOf, type Filters } from './filters.ts'

/**
 * The attributes that every match is held to: the keys of clauses at the top, alone or in an `$and`. A key that stands
 * inside an `$or` only is not among them, since another branch can do without it.
 *
 * @throws TypeError for anything that this package did not make.
 */
export function topLevelAttributes(filters: Filters): readonly string[] {
  const keys = new Set<string>()
  for (const node of conjunctsOf(filters)) if (node.kind === 'in') keys.add(node.key)
  return Object.freeze([...keys])
}
