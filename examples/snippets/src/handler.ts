// #region handler
import type { Identity } from '@countersign/core'
import { matches, matchNone } from '@countersign/filters'

export function visible<T extends { attributes: Record<string, unknown> }>(
  documents: readonly T[],
  identity: Identity,
): readonly T[] {
  // Whoever has no filter sees nothing; `matchAll` instead is for services where that means everything.
  const filters = identity.filters ?? matchNone
  return documents.filter(({ attributes }) => matches(filters, attributes))
}
// #endregion
