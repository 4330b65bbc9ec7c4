// #region meilisearch
import type { Identity } from '@countersign/core'
import { matchNone } from '@countersign/filters'
import { toMeilisearch, type FieldOptions } from '@countersign/filters/meilisearch'

const mapping: FieldOptions = { fields: { org: {}, modules: {}, level: { type: 'number' } } }

export function searchArticles({ filters = matchNone }: Identity, q: string) {
  return { q, filter: ['"status" = "published"', ...toMeilisearch(filters, mapping)] }
}
// #endregion
