// #region algolia
import type { Identity } from '@countersign/core'
import { matchNone } from '@countersign/filters'
import { toAlgolia, type FieldOptions } from '@countersign/filters/algolia'

const mapping: FieldOptions = { fields: { org: {}, modules: {}, level: { type: 'number' } } }

export function searchArticles({ filters = matchNone }: Identity, query: string) {
  return { query, filters: 'status:published', ...toAlgolia(filters, mapping) }
}
// #endregion
