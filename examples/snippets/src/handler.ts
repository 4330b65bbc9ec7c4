// #region handler
import type { Identity } from '@countersign/core'
import { matches, parseFilters } from '@countersign/filters'

// An effective filter can be as large as a signed one and a body's together.
const limits = { depth: 9, nodes: 513, values: 512, bytes: 33_000 }

export function visible<T extends { attributes: Record<string, unknown> }>(
  documents: readonly T[],
  identity: Identity,
): readonly T[] {
  if (identity.filters === undefined) return documents
  const filters = parseFilters(identity.filters, { source: 'body', limits })
  return documents.filter(({ attributes }) => matches(filters, attributes))
}
// #endregion
