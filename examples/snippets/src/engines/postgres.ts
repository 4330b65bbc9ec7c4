// #region postgres
import type { Identity } from '@countersign/core'
import { matchNone } from '@countersign/filters'
import { toPostgres } from '@countersign/filters/postgres'

export function searchArticles({ filters = matchNone }: Identity, query: string) {
  const allowed = toPostgres(filters, { column: 'attributes', firstParameter: 2 })
  return {
    text: `select title, url from articles
      where search @@ websearch_to_tsquery('english', $1) and ${allowed.text}
      order by ts_rank(search, websearch_to_tsquery('english', $1)) desc limit 10`,
    values: [query, ...allowed.values],
  }
}
// #endregion
