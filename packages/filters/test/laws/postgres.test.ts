import { PGlite } from '@electric-sql/pglite'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  toPostgres,
  type PostgresColumn,
  type PostgresOptions,
} from '../../src/engines/postgres.ts'
import { matches, mergeFilters, parseFilters, type Filters } from '../../src/index.ts'
import { HOSTILE_STRINGS } from '../hostile.ts'
import { holdsAsync } from '../property.ts'
import { JSON_TEXTS, MEANINGS, numbers, placesOf } from './meanings.ts'
import { Comparison, triplesFor } from './triples.ts'

const TRIPLES = 5000
// In one statement, since each takes a millisecond of its own.
const BATCH = 10

const database = await PGlite.create()
afterAll(() => database.close())

type Columns = Readonly<Record<string, PostgresColumn>>

const COLUMNS: Columns = {
  a: { name: 'the "text"', type: 'text' },
  A: { name: 'A', type: 'integer' },
  b: { name: 'b', type: 'bigint' },
  OR: { name: 'or', type: 'double precision' },
  in: { name: 'in', type: 'boolean' },
  'a-b': { name: 'a-b', type: 'text', multiple: true },
  __x: { name: '__x', type: 'integer', multiple: true },
  _: { name: '_', type: 'double precision', multiple: true },
  // `as const`, since every object has a toString of another type.
  toString: { name: 'toString', type: 'boolean' as const, multiple: true },
}

const FITS: Readonly<Record<PostgresColumn['type'], (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  integer: (value) => Number.isInteger(value) && Math.abs(value as number) < 2 ** 31,
  bigint: (value) => Number.isSafeInteger(value),
  'double precision': (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
}

/** Documents as a relation `d`, made from the JSON text of its rows in the parameter of that number. */
function relation(parameter: number, columns: Columns): string {
  const definitions = Object.values(columns).map(
    ({ name, type, multiple }) =>
      `"${name.replaceAll('"', '""')}" ${type}${multiple === true ? '[]' : ''}`,
  )
  const row = ['id integer', 'attributes jsonb', ...definitions].join(', ')
  return `jsonb_to_recordset($${parameter}::text::jsonb) as d(${row})`
}

/** What has a column of its own is in no other. */
function rowOf(id: number, document: Readonly<Record<string, unknown>>, columns: Columns): object {
  const members = Object.entries(document)
  const isOwn = ([key]: readonly [string, unknown]): boolean => Object.hasOwn(columns, key)
  return {
    id,
    attributes: Object.fromEntries(members.filter((member) => !isOwn(member))),
    ...Object.fromEntries(
      members.filter(isOwn).map(([key, value]) => [columns[key]?.name ?? '', value]),
    ),
  }
}

describe('law 2 on PostgreSQL', () => {
  it('holds for a jsonb column', () => holdsFor({}))

  it('holds for columns of their own, and a jsonb column beside them', () => holdsFor(COLUMNS))

  async function holdsFor(columns: Columns): Promise<void> {
    const held = Object.fromEntries(
      Object.entries(columns).map(([key, { type, multiple = false }]) => [
        key,
        { multiple, fits: FITS[type] },
      ]),
    )
    const batches = fc.array(triplesFor(held), { minLength: BATCH, maxLength: BATCH })
    const comparison = new Comparison()
    await holdsAsync(
      TRIPLES / BATCH,
      fc.asyncProperty(batches, async (batch) => {
        const parameters: unknown[] = []
        const selects = batch.map(({ filters, documents }, place) => {
          const firstParameter = parameters.length + 2
          const options = { column: 'attributes', columns, firstParameter }
          const { text, values } = toPostgres(filters, options)
          const rows = documents.map((document, id) => rowOf(id, document, columns))
          parameters.push(JSON.stringify(rows), ...values)
          return `select ${place} as place, id from ${relation(firstParameter - 1, columns)} where ${text}`
        })
        const { rows } = await database.query<{ place: number; id: number }>(
          selects.join(' union all '),
          parameters,
        )
        for (const [place, triple] of batch.entries()) {
          const own = rows.filter((row) => row.place === place)
          comparison.check(
            triple,
            own.map(({ id }) => id),
          )
        }
      }),
    )
    comparison.end()
  }
})

const body = (attributes: unknown): Filters => parseFilters({ attributes }, { source: 'body' })

async function find(
  table: string,
  filters: Filters,
  options?: PostgresOptions,
): Promise<readonly unknown[]> {
  const { text, values } = toPostgres(filters, options)
  const { rows } = await database.query<{ id: number }>(
    `select id from ${table} where ${text} order by id`,
    [...values],
  )
  return rows.map(({ id }) => id)
}

describe('PostgreSQL means what `matches` means', () => {
  it('for JSON that others wrote, objects or not, and for a column without a value', async () => {
    await database.exec('create table texts (id integer, attributes jsonb)')
    for (const [id, text] of JSON_TEXTS.entries())
      await database.query('insert into texts values ($1, $2::text::jsonb)', [id, text])
    await database.exec('insert into texts values (-1, null)')
    for (const filters of MEANINGS)
      expect(await find('texts', filters)).toEqual(placesOf(filters, JSON_TEXTS))
  })

  it('where an object has a key twice: the last counts', async () => {
    const twice = `(select 1 as id, '{"k":"x","k":"y"}'::jsonb as attributes) d`
    expect(await find(twice, body({ k: 'x' }))).toEqual([])
    expect(await find(twice, body({ k: 'y' }))).toEqual([1])
  })

  it('and keeps whole numbers apart that JSON.parse rounds to one', async () => {
    const large = `(select 1 as id, '{"k":9007199254740993}'::jsonb as attributes, 9007199254740993 as k) d`
    const filters = body({ k: Number('9007199254740993') })
    expect(await find(large, filters)).toEqual([])
    const columns = { k: { name: 'k', type: 'bigint' } } as const
    expect(await find(large, filters, { columns })).toEqual([])
  })

  it('for numbers of any size, in jsonb and in a column', async () => {
    const columns = { n: { name: 'n', type: 'double precision' } } as const
    await holdsAsync(
      40,
      fc.asyncProperty(numbers, async ({ held, asked }) => {
        const filters = body({ n: { $in: asked } })
        const texts = held.map((n) => JSON.stringify({ n }))
        const rows = `[${texts.map((text, id) => `{"id":${id},"attributes":${text},${text.slice(1)}`).join()}]`
        for (const options of [{}, { columns }]) {
          const { text, values } = toPostgres(filters, { ...options, firstParameter: 2 })
          const found = await database.query<{ id: number }>(
            `select id from ${relation(1, columns)} where ${text} order by id`,
            [rows, ...values],
          )
          expect(found.rows.map(({ id }) => id)).toEqual(placesOf(filters, texts))
        }
      }),
    )
  })

  it('for values that a column cannot hold: they are no error of the database', async () => {
    const types = Object.keys(FITS) as PostgresColumn['type'][]
    const row = types.map(
      (type, index) => `null::${type} as c${index}, null::${type}[] as l${index}`,
    )
    const beyond = [
      1e21,
      -1e21,
      2 ** 63,
      2 ** 31,
      1.5,
      Number.MIN_VALUE,
      -Number.MAX_VALUE,
      'x',
      true,
    ]
    for (const [index, type] of types.entries()) {
      const columns = {
        c: { name: `c${index}`, type },
        l: { name: `l${index}`, type, multiple: true },
      }
      const filters = body({ $or: beyond.flatMap((value) => [{ c: value }, { l: value }]) })
      expect(await find(`(select 1 as id, ${row.join()}) d`, filters, { columns })).toEqual([])
    }
  })

  it('for the deepest and the largest filters', async () => {
    const limits = { depth: 32, nodes: 1024, values: 1024, bytes: 65_536 }
    const large = (kind: '$and' | '$or', value: number): Filters =>
      parseFilters(
        {
          attributes: {
            [kind]: Array.from({ length: 1000 }, (_, index) => ({ a: index * value })),
          },
        },
        { source: 'body', limits },
      )
    const all = { a: Array.from({ length: 1000 }, (_, index) => index) }
    const one = `(values (0, '${JSON.stringify(all)}'::jsonb), (1, '{"a":1}')) d(id, attributes)`
    const { filters } = mergeFilters(large('$and', 1), large('$or', 1))
    expect(await find(one, filters as Filters)).toEqual([0])
    expect(await find(one, large('$or', 1))).toEqual([0, 1])

    let attributes: object = { a: 0 }
    for (let depth = 0; depth < 15; depth += 1)
      attributes = { $or: [{ $and: [attributes, { a: depth }] }, { a: -1 }] }
    expect(await find(one, parseFilters({ attributes }, { source: 'body', limits }))).toEqual([0])
  })
})

describe('an index serves the condition', () => {
  const columns = {
    org: 'org',
    level: { name: 'level', type: 'integer' },
    tags: { name: 'tags', type: 'text', multiple: true },
  } as const

  beforeAll(() =>
    database.exec(`
      create table articles (id integer, attributes jsonb, org text, level integer, tags text[]);
      insert into articles select n, jsonb_build_object('org', 'o' || n % 50, 'level', n), 'o' || n % 50, n, array['t' || n % 50]
        from generate_series(1, 1000) n;
      create index articles_attributes on articles using gin (attributes jsonb_path_ops);
      create index articles_org on articles (org);
      create index articles_level on articles (level);
      create index articles_tags on articles using gin (tags);
      analyze articles;
      set enable_seqscan = off;
    `),
  )

  async function indexes(attributes: unknown, options?: PostgresOptions): Promise<string[]> {
    const { text, values } = toPostgres(body(attributes), options)
    const { rows } = await database.query<{ 'QUERY PLAN': string }>(
      `explain select id from articles where ${text}`,
      [...values],
    )
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(plan).not.toContain('Seq Scan')
    return [...plan.matchAll(/Index (?:Only )?Scan (?:using|on) (\w+)/g)].map(
      ([, name = '']) => name,
    )
  }

  it('of a jsonb column: GIN, for one value and for several', async () => {
    const twice = ['articles_attributes', 'articles_attributes']
    expect(await indexes({ org: 'o1' })).toEqual(twice)
    expect(await indexes({ org: { $in: ['o1', 'o2'] } })).toEqual([...twice, ...twice])
    expect(await indexes({ $or: [{ org: 'o1' }, { level: 7 }] })).toEqual([...twice, ...twice])
    expect(new Set(await indexes({ org: 'o1', level: 7 }))).toEqual(new Set(twice))
  })

  it('of a column: b-tree, or GIN for an array', async () => {
    expect(await indexes({ org: 'o1' }, { columns })).toEqual(['articles_org'])
    expect(await indexes({ level: { $in: [1, 2] } }, { columns })).toEqual(['articles_level'])
    expect(await indexes({ tags: { $in: ['t1', 't2'] } }, { columns })).toEqual(['articles_tags'])
    expect(await indexes({ $or: [{ org: 'o1' }, { level: 7 }] }, { columns })).toEqual([
      'articles_org',
      'articles_level',
    ])
  })

  it('and law 2 holds for what it finds', async () => {
    await database.exec(
      'create table indexed (id integer, attributes jsonb); create index on indexed using gin (attributes)',
    )
    await holdsAsync(
      80,
      fc.asyncProperty(fc.array(triplesFor({}), { minLength: 5, maxLength: 5 }), async (batch) => {
        const documents = batch.flatMap((triple) => triple.documents)
        await database.exec('truncate indexed')
        await database.query(
          `insert into indexed select n - 1, d from jsonb_array_elements($1::text::jsonb) with ordinality as e(d, n)`,
          [JSON.stringify(documents)],
        )
        for (const { filters } of batch) {
          const due = [...documents.keys()].filter((id) => matches(filters, documents[id] ?? {}))
          expect(await find('indexed', filters)).toEqual(due)
        }
      }),
    )
  })
})

it('finds each hostile value, and nothing else, and drops no table (case 33)', async () => {
  await database.exec(
    'create table documents (id integer, attributes jsonb, org text, tags text[])',
  )
  await database.query(
    `insert into documents select n - 1, jsonb_build_object('org', v, 'tags', jsonb_build_array(v)), v, array[v]
      from unnest($1::text[]) with ordinality as e(v, n)`,
    [HOSTILE_STRINGS],
  )
  const columns = { org: 'org', tags: { name: 'tags', type: 'text', multiple: true } } as const
  for (const [id, value] of HOSTILE_STRINGS.entries())
    for (const options of [{}, { columns }])
      for (const key of ['org', 'tags'])
        expect(await find('documents', body({ [key]: value }), options)).toEqual([id])
})
