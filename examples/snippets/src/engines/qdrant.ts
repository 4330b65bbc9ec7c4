// #region qdrant
import type { Identity } from '@countersign/core'
import { matchNone } from '@countersign/filters'
import { toQdrant } from '@countersign/filters/qdrant'

export function nearest({ filters = matchNone }: Identity, query: readonly number[]) {
  return { query, filter: toQdrant(filters, { prefix: 'attributes.' }), limit: 10 }
}
// #endregion
