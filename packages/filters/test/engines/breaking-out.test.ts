// Attack 33: a value with the syntax of every engine in it, through every compiler. What comes out has the structure that it
// has for a harmless value, or nothing comes out.
import { describe, expect, test } from 'vitest'
import { toAlgolia } from '../../src/engines/algolia.ts'
import { toElasticsearch } from '../../src/engines/elasticsearch.ts'
import { toMeilisearch } from '../../src/engines/meilisearch.ts'
import { toMongo } from '../../src/engines/mongo.ts'
import { toPinecone } from '../../src/engines/pinecone.ts'
import { toPostgres } from '../../src/engines/postgres.ts'
import { toQdrant } from '../../src/engines/qdrant.ts'
import { toSqlite } from '../../src/engines/sqlite.ts'
import { toTypesense } from '../../src/engines/typesense.ts'
import { CompileError, FilterError, parseFilters, type Filters } from '../../src/index.ts'
import { HOSTILE_STRINGS } from '../hostile.ts'
import { readAlgolia } from '../readers/algolia.ts'
import { readMeilisearch } from '../readers/meilisearch.ts'
import { readTypesense } from '../readers/typesense.ts'

const SCHEMA = { org: 'string', name: 'string', modules: 'string' } as const

/** What each engine understands. Of SQL that is the text: its parameters are no part of the structure. */
const ENGINES: Readonly<Record<string, (filters: Filters) => unknown>> = {
  PostgreSQL: (filters) => toPostgres(filters).text,
  'PostgreSQL columns': (filters) => toPostgres(filters, { columns: COLUMNS }).text,
  SQLite: (filters) => toSqlite(filters).text,
  'SQLite columns': (filters) => toSqlite(filters, { columns: COLUMNS }).text,
  MongoDB: (filters) => toMongo(filters),
  Elasticsearch: (filters) => toElasticsearch(filters),
  Qdrant: (filters) => toQdrant(filters),
  Pinecone: (filters) => toPinecone(filters),
  Meilisearch: (filters) => readMeilisearch(toMeilisearch(filters)),
  Typesense: (filters) => readTypesense(toTypesense(filters), SCHEMA),
  Algolia: (filters) => readAlgolia(toAlgolia(filters)),
}
const COLUMNS = { org: 'org', name: 'name', modules: 'modules' }

const HARMLESS = 'harmless'
const filtersWith = (value: string): Filters =>
  parseFilters(
    {
      attributes: {
        org: 'o1',
        $or: [{ name: value }, { modules: { $in: ['m1', value, 'm2'] }, name: 'n' }],
      },
    },
    { source: 'body' },
  )

/** With the value replaced wherever it stands whole; parts of a longer text are not touched. */
function masked(output: unknown, value: string): unknown {
  const text = JSON.stringify(output)
  return JSON.parse(text, (_, part: unknown) => (part === value ? HARMLESS : part)) as unknown
}

const refusals: string[] = []

describe.each(Object.keys(ENGINES))('33: a value that breaks out of %s', (name) => {
  const understood = ENGINES[name] as (filters: Filters) => unknown
  const structure = understood(filtersWith(HARMLESS))

  test.each(HOSTILE_STRINGS.map((value) => [value]))('%j', (value) => {
    let output: unknown
    try {
      output = understood(filtersWith(value))
    } catch (error) {
      expect(error).toBeInstanceOf(CompileError)
      expect(error).toMatchObject({ pointer: '/attributes/$or/0/name' })
      refusals.push(`${name} ${value}`)
      return
    }
    expect(masked(output, value)).toEqual(JSON.parse(JSON.stringify(structure)))
  })
})

test('33: most values can be said in every engine, and a backtick cannot in Typesense', () => {
  const count = Object.keys(ENGINES).length * HOSTILE_STRINGS.length
  expect(refusals.length / count).toBeLessThan(0.1)
  expect(refusals).toContain('Typesense `')
  expect(
    refusals.filter((refusal) => !/^(?:Meilisearch|Typesense|Algolia) /.test(refusal)),
  ).toEqual([])
})

test.each(['\0', 'a\0b', '\ud800', 'x\udfff', 'x'.repeat(1025)])(
  '33: NUL, a lone surrogate or an overlong value never reaches a compiler: %j',
  (value) => {
    expect(() => filtersWith(value)).toThrow(FilterError)
  },
)
