import { canonicalJson } from '@countersign/filters'
import { toPostgres, type PostgresOptions } from '@countersign/filters/postgres'
import { LRUCache } from 'lru-cache'
import type { Asker } from './asker.ts'
import type { Database } from './database.ts'
import { asReader } from './row-security.ts'

export interface Hit {
  readonly title: string
  readonly url: string
  /** The part of the article that answers best, as plain text. */
  readonly passage: string
  readonly attributes: Readonly<Record<string, unknown>>
}

export interface SearchRequest {
  readonly query: string
  readonly limit: number
  /** `all`: the query's words and operators, as in a search box. `any`: a question, of which any word may be found. */
  readonly words: 'all' | 'any'
}

/** What the asker may see of what was found, best first. */
export type Search = (asker: Asker, request: SearchRequest) => Promise<readonly Hit[]>

export interface SearchOptions {
  readonly database: Database
  /** How many results are kept, and for how many milliseconds; `false` for none. 1000 and 5 s by default. */
  readonly cache?: { readonly max: number; readonly ttl: number } | false
  /** Where attributes are stored; by default all in the column `attributes`. */
  readonly mapping?: Omit<PostgresOptions, 'firstParameter'>
}

export function createSearch({
  database,
  cache = { max: 1000, ttl: 5000 },
  mapping = { column: 'a.attributes' },
}: SearchOptions): Search {
  const kept = cache === false ? undefined : new LRUCache<string, readonly Hit[]>(cache)
  return async (asker, request) => {
    const key = keyOf(asker, request)
    const known = kept?.get(key)
    if (known !== undefined) return known
    const hits = await find(database, asker, request, mapping)
    kept?.set(key, hits)
    return hits
  }
}

// What was found depends on the integration, the effective filter and the question, and not on the user beyond them.
// Were it ranked by the user's history, `asker.owner` would belong here too.
function keyOf({ integrationId, filters }: Asker, { query, limit, words }: SearchRequest): string {
  return JSON.stringify([integrationId, canonicalJson(filters), words, limit, query])
}

const QUERY = {
  all: "websearch_to_tsquery('english', $1)",
  any: "replace(plainto_tsquery('english', $1)::text, '&', '|')::tsquery",
} as const

async function find(
  database: Database,
  asker: Asker,
  { query, limit, words }: SearchRequest,
  mapping: SearchOptions['mapping'],
): Promise<readonly Hit[]> {
  // Compiled before the database is asked for anything.
  const allowed = toPostgres(asker.filters, { ...mapping, firstParameter: 4 })
  const rows = await asReader(database, asker, (connection) =>
    connection.query(
      `with found as (
         select a.*, asked, ts_rank(a.words, asked) as rank
         from search_service.articles a, (select ${QUERY[words]}) question (asked)
         where a.integration_id = $2 and a.words @@ asked and ${allowed.text}
         order by rank desc, a.id limit $3
       )
       select title, url, attributes,
         ts_headline('english', body, asked, 'MaxWords=60, MinWords=40, StartSel="", StopSel=""') as passage
       from found order by rank desc, id`,
      [query, asker.integrationId, limit, ...allowed.values],
    ),
  )
  return rows as readonly unknown[] as readonly Hit[]
}
