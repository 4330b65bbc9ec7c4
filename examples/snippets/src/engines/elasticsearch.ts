// #region elasticsearch
import type { Identity } from '@countersign/core'
import { matchNone } from '@countersign/filters'
import { toElasticsearch, type FieldOptions } from '@countersign/filters/elasticsearch'

const mapping: FieldOptions = {
  prefix: 'attributes.',
  fields: { org: {}, modules: {}, level: { type: 'number' }, beta: { type: 'boolean' } },
}

export function searchArticles({ filters = matchNone }: Identity, query: string) {
  const allowed = toElasticsearch(filters, mapping)
  return { query: { bool: { must: [{ match: { body: query } }], filter: [allowed] } } }
}
// #endregion
