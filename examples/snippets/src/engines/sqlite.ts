// #region sqlite
import type { Identity } from '@countersign/core'
import { matchNone } from '@countersign/filters'
import { toSqlite } from '@countersign/filters/sqlite'

export function searchArticles({ filters = matchNone }: Identity, query: string) {
  const allowed = toSqlite(filters, { column: 'a.attributes' })
  return {
    text: `select a.title, a.url from articles_fts f join articles a on a.id = f.rowid
      where f.articles_fts match ? and ${allowed.text} order by f.rank limit 10`,
    values: [query, ...allowed.values], // db.prepare(text).all(values)
  }
}
// #endregion
