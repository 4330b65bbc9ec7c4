// #region typesense
import type { Identity } from '@countersign/core'
import { matchNone } from '@countersign/filters'
import { toTypesense, type TypesenseOptions } from '@countersign/filters/typesense'

const mapping: TypesenseOptions = {
  fields: { org: {}, modules: {}, level: { type: 'number' } },
  symbols: '-', // the collection's symbols_to_index
}

export function searchArticles({ filters = matchNone }: Identity, q: string) {
  return { q, query_by: 'title,body', filter_by: toTypesense(filters, mapping) }
}
// #endregion
