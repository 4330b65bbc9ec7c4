// What the guide on search engines shows, run: where an engine is at hand with the engine itself.
import { readFileSync } from 'node:fs'
import { matchAll, parseFilters, type Filters } from '@countersign/filters'
import type { Identity } from '@countersign/core'
import { PGlite } from '@electric-sql/pglite'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import * as algolia from '../src/engines/algolia.ts'
import * as columns from '../src/engines/columns.ts'
import * as elasticsearch from '../src/engines/elasticsearch.ts'
import * as meilisearch from '../src/engines/meilisearch.ts'
import * as mongo from '../src/engines/mongo.ts'
import * as pinecone from '../src/engines/pinecone.ts'
import * as postgres from '../src/engines/postgres.ts'
import * as qdrant from '../src/engines/qdrant.ts'
import { allowed } from '../src/engines/refused.ts'
import * as sqlite from '../src/engines/sqlite.ts'
import * as typesense from '../src/engines/typesense.ts'

const signed = parseFilters(
  { attributes: { org: 'o1', modules: { $in: ['m1', 'm2'] } } },
  { source: 'token' },
)
const identity = (filters: Filters | undefined): Identity => ({ filters }) as Identity

describe('PostgreSQL', () => {
  it('finds the articles that the token allows', async () => {
    const db = await PGlite.create()
    onTestFinished(() => db.close())
    await db.exec(readFileSync(new URL('../src/engines/postgres.sql', import.meta.url), 'utf8'))
    const articles: readonly [string, object][] = [
      ['Refunds', { org: 'o1', modules: ['m1', 'm3'] }],
      ['Refunds for another organisation', { org: 'o2', modules: ['m1'] }],
      ['Refunds in another module', { org: 'o1', modules: ['m3'] }],
    ]
    for (const [title, attributes] of articles)
      await db.query(
        `insert into articles (title, url, body, attributes) values ($1, $2, $3, $4)`,
        [title, '/refunds', 'How to ask for a refund.', attributes],
      )
    const titles = async (filters: Filters | undefined): Promise<unknown[]> => {
      const { text, values } = postgres.searchArticles(identity(filters), 'refund')
      return (await db.query<{ title: string }>(text, values)).rows.map(({ title }) => title)
    }
    expect(await titles(signed)).toEqual(['Refunds'])
    expect(await titles(undefined)).toEqual([])
    expect(await titles(matchAll)).toHaveLength(3)
  })

  it('asks columns of their own', () => {
    expect(columns.allowed(identity(signed))).toEqual({
      text: '("org_id" = any($1::text[]) and "modules" && $2::text[])',
      values: [['o1'], ['m1', 'm2']],
    })
  })
})

describe('SQLite', () => {
  it.skipIf(!sqliteRuns())('finds the articles that the token allows', () => {
    const db = new Database(':memory:')
    onTestFinished(() => void db.close())
    db.exec(`create table articles (id integer primary key, title text, url text, attributes text);
      create virtual table articles_fts using fts5(title, content=articles, content_rowid=id)`)
    const insert = db.prepare('insert into articles (title, url, attributes) values (?, ?, ?)')
    insert.run('Refunds', '/refunds', '{"org":"o1","modules":["m1","m3"]}')
    insert.run('Refunds elsewhere', '/refunds', '{"org":"o2","modules":["m1"]}')
    db.exec(`insert into articles_fts(articles_fts) values ('rebuild')`)
    const titles = (filters: Filters | undefined): unknown[] => {
      const { text, values } = sqlite.searchArticles(identity(filters), 'refunds')
      return db.prepare(text).all(values)
    }
    expect(titles(signed)).toEqual([{ title: 'Refunds', url: '/refunds' }])
    expect(titles(undefined)).toEqual([])
    expect(titles(matchAll)).toHaveLength(2)
  })
})

it('MongoDB', () => {
  const inAttributes = {
    $and: [{ 'attributes.org': { $in: ['o1'] } }, { 'attributes.modules': { $in: ['m1', 'm2'] } }],
  }
  const query = mongo.articlesAbout(identity(signed), 'refunds')
  expect(query).toEqual({ $and: [{ topic: { $eq: 'refunds' } }, inAttributes] })
})

it('Elasticsearch', () => {
  const { query } = elasticsearch.searchArticles(identity(signed), 'refunds')
  expect(query.bool.filter).toEqual([
    {
      bool: {
        filter: [
          { term: { 'attributes.org': { value: 'o1' } } },
          { terms: { 'attributes.modules': ['m1', 'm2'] } },
        ],
      },
    },
  ])
})

it('Meilisearch', () => {
  expect(meilisearch.searchArticles(identity(signed), 'refunds')).toEqual({
    q: 'refunds',
    filter: ['"status" = "published"', '"org" = "o1"', '"modules" IN ["m1", "m2"]'],
  })
})

it('Qdrant', () => {
  expect(qdrant.nearest(identity(signed), [0.1, 0.2]).filter).toEqual({
    must: [
      { key: 'attributes.org', match: { value: 'o1' } },
      { key: 'attributes.modules', match: { any: ['m1', 'm2'] } },
    ],
  })
})

it('Typesense', () => {
  expect(typesense.searchArticles(identity(signed), 'refunds').filter_by).toBe(
    '(org:=`o1` && modules:=[`m1`,`m2`])',
  )
})

it('Pinecone', () => {
  expect(pinecone.nearest(identity(signed), [0.1, 0.2]).filter).toEqual({
    $and: [{ org: { $eq: 'o1' } }, { modules: { $in: ['m1', 'm2'] } }],
  })
})

it('Algolia', () => {
  expect(algolia.searchArticles(identity(signed), 'refunds')).toEqual({
    query: 'refunds',
    filters: 'status:published',
    facetFilters: ['org:o1', ['modules:m1', 'modules:m2']],
  })
})

it('what an engine cannot say is refused, with the place', () => {
  const body = parseFilters(
    { attributes: { org: 'o1', name: { $in: ['x', 'x` || org:=`o2'] } } },
    { source: 'body' },
  )
  expect(allowed(identity(body))).toEqual({
    status: 400,
    code: 'unsupported_value',
    pointer: '/attributes/name/$in/1',
    detail: 'Typesense cannot escape a backtick.',
  })
  expect(allowed(identity(signed)).status).toBe(200)
})

/** The binding is compiled code, which `npm test` makes where it can. */
function sqliteRuns(): boolean {
  try {
    new Database(':memory:').close()
    return true
  } catch {
    process.stderr.write(
      'search-engines: no binding of better-sqlite3 here, so SQLite is not run\n',
    )
    return false
  }
}
