import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toSqlite, type SqliteColumn, type SqliteOptions } from '../../src/engines/sqlite.ts'
import { parseFilters, type Filters } from '../../src/index.ts'
import { HOSTILE_STRINGS, type HostileDocument } from '../hostile.ts'
import { holds } from '../property.ts'
import { JSON_TEXTS, MEANINGS, numbers, placesOf } from './meanings.ts'
import { Comparison, triplesFor, type Held } from './triples.ts'

const TRIPLES = 5000

function open(): Database.Database | undefined {
  try {
    return new Database(':memory:')
  } catch {
    return undefined
  }
}
const opened = open()
const database = opened as Database.Database
const reason = opened === undefined ? ' (skipped: better-sqlite3 has no binding)' : ''
if (opened === undefined) process.stderr.write(`SQLite${reason}; node scripts/sqlite.mjs\n`)

const body = (attributes: unknown): Filters => parseFilters({ attributes }, { source: 'body' })

function find(from: string, filters: Filters, options?: SqliteOptions): unknown[] {
  const { text, values } = toSqlite(filters, options)
  return prepared(`select id from ${from} where ${text} order by id`).pluck().all(values)
}

const statements = new Map<string, Database.Statement>()

/** Filters of the same shape have the same text. */
function prepared(text: string): Database.Statement {
  const statement = statements.get(text) ?? database.prepare(text)
  statements.set(text, statement)
  return statement
}

/** A table of its own for texts of JSON, whose places are the ids. */
function fill(table: string, texts: readonly (string | null)[]): void {
  database.exec(`create table ${table} (id integer primary key, attributes text)`)
  const insert = database.prepare(`insert into ${table} values (?, ?)`)
  for (const [id, text] of texts.entries()) insert.run(id, text)
}

const COLUMNS = {
  a: { name: 'the `text`', type: 'text' },
  A: { name: 'A', type: 'number' },
  b: { name: 'b', type: 'boolean' },
  'a-b': { name: 'a-b', type: 'text', multiple: true },
  __x: { name: '__x', type: 'number', multiple: true },
  _: { name: '_', type: 'boolean', multiple: true },
} as const satisfies Record<string, SqliteColumn>

describe.skipIf(opened === undefined)(`law 2 on SQLite${reason}`, () => {
  it('holds for a column of JSON', () => {
    database.exec('create table documents (id integer, attributes text)')
    holdsFor(TRIPLES, {}, 'documents', {}, (document) => [JSON.stringify(document)])
  })

  it('holds for columns of their own, and a column of JSON beside them', () => {
    database.exec(
      'create table mapped (id integer, attributes text, "the `text`" text collate nocase, A numeric, b boolean, "a-b" text, __x text, _ text)',
    )
    const members = Object.entries<SqliteColumn>(COLUMNS)
    const kinds = { text: 'string', number: 'number', boolean: 'boolean' }
    const held = members.map(([key, { type, multiple = false }]) => {
      const fits = (value: unknown): boolean => typeof value === kinds[type]
      return [key, { multiple, fits }] as const
    })
    const options = { column: 'attributes', columns: COLUMNS }
    holdsFor(TRIPLES / 2, Object.fromEntries(held), 'mapped', options, (document) => {
      const rest = { ...document }
      const own = members.map(([key, { multiple }]) => {
        const value = Object.hasOwn(rest, key) ? rest[key] : null
        delete rest[key]
        if (multiple === true) return value === null ? null : JSON.stringify(value)
        return typeof value === 'boolean' ? Number(value) : value
      })
      return [JSON.stringify(rest), ...own]
    })
  })

  function holdsFor(
    triples: number,
    held: Held,
    table: string,
    options: SqliteOptions,
    rowOf: (document: HostileDocument) => readonly unknown[],
  ): void {
    const comparison = new Comparison()
    const width = 1 + rowOf({}).length
    const insert = database.prepare(
      `insert into ${table} values (${Array.from({ length: width }, () => '?').join()})`,
    )
    holds(
      triples,
      fc.property(triplesFor(held), (triple) => {
        database.exec(`delete from ${table}`)
        for (const [id, document] of triple.documents.entries()) insert.run(id, ...rowOf(document))
        comparison.check(triple, find(table, triple.filters, options))
      }),
    )
    comparison.end()
  }
})

describe.skipIf(opened === undefined)(`SQLite means what \`matches\` means${reason}`, () => {
  it('for JSON that others wrote, objects or not, and for a column without a value', () => {
    fill('texts', [...JSON_TEXTS, null])
    for (const filters of MEANINGS)
      expect(find('texts', filters)).toEqual(placesOf(filters, JSON_TEXTS))
  })

  it('for text with U+0000 or half a character in it, which no filter can name', () => {
    const texts = ['"x\\u0000"', '"x\\u0000y"', '"\\u0000"', '"\\ud800"', '"\\udc00x"']
    fill(
      'unnamed',
      texts.map((text) => `{"k":${text}}`),
    )
    const values = ['x', 'x ', '', '\ufffd', '\ufffdx', 'y', ' ']
    expect(find('unnamed', body({ k: { $in: values } }))).toEqual([])
  })

  it('or finds less, where an object has a key twice', () => {
    fill(
      'twice',
      [
        '"x","k":"y"',
        '"y","k":"x"',
        '"x","k":"x"',
        '"x","k":null',
        'null,"k":"x"',
        '[],"k":["x"]',
      ].map((text) => `{"k":${text}}`),
    )
    expect(find('twice', body({ k: 'x' }))).toEqual([2])
    expect(find('twice', body({ k: { $in: ['x', 'y'] } }))).toEqual([0, 1, 2])
  })

  it('and keeps whole numbers apart that JSON.parse rounds to one', () => {
    fill('large', ['{"k":9007199254740993}', '{"k":9007199254740992}'])
    expect(find('large', body({ k: Number('9007199254740993') }))).toEqual([1])
    database.exec(
      'create table large_column (id integer, k integer); insert into large_column values (0, 9007199254740993), (1, 9007199254740992)',
    )
    const columns = { k: { name: 'k', type: 'number' } } as const
    expect(find('large_column', body({ k: 2 ** 53 }), { columns })).toEqual([1])
  })

  it('for numbers of any size, in JSON and in columns', () => {
    database.exec('create table numbers (id integer, attributes text, n real, l text)')
    const insert = database.prepare('insert into numbers values (?, ?, ?, ?)')
    const n = { name: 'n', type: 'number' } as const
    holds(
      100,
      fc.property(numbers, ({ held, asked }) => {
        database.exec('delete from numbers')
        for (const [id, number] of held.entries())
          insert.run(id, JSON.stringify({ n: number }), number, JSON.stringify([number]))
        const filters = body({ n: { $in: asked } })
        const due = placesOf(
          filters,
          held.map((number) => JSON.stringify({ n: number })),
        )
        expect(find('numbers', filters)).toEqual(due)
        expect(find('numbers', filters, { columns: { n } })).toEqual(due)
        const columns = { n: { ...n, name: 'l', multiple: true } }
        expect(find('numbers', filters, { columns })).toEqual(due)
      }),
    )
  })

  it('whatever collation or type a column was declared with', () => {
    database.exec(`
      create table declared (id integer, nocase text collate nocase, rtrim text collate rtrim, string string, plain, number text);
      insert into declared values (0, 'X', 'x  ', '007', 1, 1), (1, 'x', 'x', '7', '1', '1.0'), (2, 'O', 'o', '7.0', 'true', 'true');
    `)
    const found = (name: string, value: unknown, type: SqliteColumn['type'] = 'text'): unknown[] =>
      find('declared', body({ k: value }), { columns: { k: { name, type } } })
    expect(found('nocase', 'x')).toEqual([1])
    expect(found('rtrim', 'x')).toEqual([1])
    expect(found('rtrim', 'x  ')).toEqual([0])
    // What was text is a number there: it is not known which.
    for (const value of ['007', '7', '7.0']) expect(found('string', value)).toEqual([])
    expect(found('plain', '1')).toEqual([1])
    expect(found('plain', 1, 'number')).toEqual([0])
    expect(found('plain', true, 'boolean')).toEqual([0])
    expect(found('plain', 'true')).toEqual([2])
    for (const value of [1, true])
      for (const type of ['number', 'boolean'] as const)
        expect(found('number', value, type)).toEqual([])
  })

  it('and finds nothing in what should be a list and is none', () => {
    fill('lists', ['["x"]', '{"0":"x"}', '{"x":"x"}', '"x"', '[["x"]]', '[]', 'null', null])
    const columns = { k: { name: 'attributes', type: 'text', multiple: true } } as const
    expect(find('lists', body({ k: 'x' }), { columns })).toEqual([0])
  })

  it('for the deepest and the largest filters', () => {
    const limits = { depth: 32, nodes: 1024, values: 1024, bytes: 65_536 }
    const $or = Array.from({ length: 1000 }, (_, index) => ({ a: index }))
    fill('filtered', ['{"a":999}', '{"b":1}', '{"a":[-1,0]}'])
    const wide = parseFilters({ attributes: { $or } }, { source: 'body', limits })
    expect(find('filtered', wide)).toEqual([0, 2])

    fill('nested', [
      JSON.stringify({ a: Array.from({ length: 450 }, (_, index) => index) }),
      '{"a":0}',
    ])
    let attributes: object = { a: 0 }
    for (let depth = 0; depth < 15; depth += 1) {
      const clauses = Array.from({ length: 30 }, (_, index) => ({ a: 30 * depth + index }))
      attributes = { $or: [{ $and: [attributes, ...clauses] }, { a: -1 }] }
    }
    const deep = parseFilters({ attributes }, { source: 'body', limits })
    expect(find('nested', deep)).toEqual([0])
  })
})

describe.skipIf(opened === undefined)(`the names of columns${reason}`, () => {
  const NAMES = [
    'key',
    'value',
    'type',
    'atom',
    'id',
    'parent',
    'fullkey',
    'path',
    'json',
    'root',
    'a',
    'd',
    'i',
  ]

  it.each(NAMES)('%s: as a column, alone or of a table, and as a table', (name) => {
    database.exec(
      `create table "t ${name}" ("${name}" text); insert into "t ${name}" values ('{"k":"x"}'), ('["x"]'), ('{"k":["y"]}')`,
    )
    const rows = (options: SqliteOptions, from: string): unknown[] => {
      const { text, values } = toSqlite(body({ k: 'x' }), options)
      return prepared(`select rowid from ${from} where ${text}`).pluck().all(values)
    }
    for (const [column, from] of [
      [name, `"t ${name}"`],
      [`t ${name}.${name}`, `"t ${name}"`],
      [`${name}.${name}`, `"t ${name}" as "${name}"`],
      [`d.${name}`, `"t ${name}" as d`],
    ] as const) {
      const columns = { k: { name: column, type: 'text', multiple: true } } as const
      expect(rows({ column }, from)).toEqual([1])
      expect(rows({ columns }, from)).toEqual([2])
    }
  })

  it('that no table has are an error, and never a string', () => {
    database.exec('create table named (id integer, attributes text)')
    expect(() =>
      find('named', body({ k: 'organisation' }), { columns: { k: 'organisation' } }),
    ).toThrow('no such column: organisation')
  })
})

it.skipIf(opened === undefined)(`an index of a column serves the condition${reason}`, () => {
  database.exec(`
    create table articles (id integer, org text, level integer, size real);
    create index articles_org on articles (org);
    create index articles_level on articles (level);
    create index articles_size on articles (size);
  `)
  const columns = {
    org: 'org',
    level: { name: 'level', type: 'number' },
    size: { name: 'size', type: 'number' },
  } as const
  const plan = (attributes: unknown): string => {
    const { text, values } = toSqlite(body(attributes), { columns })
    const rows = database.prepare(`explain query plan select id from articles where ${text}`)
    return (rows.all(values) as { detail: string }[]).map(({ detail }) => detail).join('; ')
  }
  const search = (name: string): string =>
    `SEARCH articles USING INDEX articles_${name} (${name}=?)`
  expect(plan({ org: 'o1' })).toBe(search('org'))
  expect(plan({ org: { $in: ['o1', 'o2'] } })).toBe(search('org'))
  expect(plan({ $or: [{ level: 1 }, { size: { $in: [1, 2] } }] })).toBe(
    `MULTI-INDEX OR; INDEX 1; ${search('level')}; INDEX 2; ${search('size')}`,
  )
})

it.skipIf(opened === undefined)(
  `finds each hostile value, and nothing else, and drops no table (case 33)${reason}`,
  () => {
    database.exec('create table hostile (id integer, attributes text, org text, tags text)')
    const insert = database.prepare('insert into hostile values (?, ?, ?, ?)')
    for (const [id, value] of HOSTILE_STRINGS.entries())
      insert.run(id, JSON.stringify({ org: value, tags: [value] }), value, JSON.stringify([value]))
    const columns = { org: 'org', tags: { name: 'tags', type: 'text', multiple: true } } as const
    for (const [id, value] of HOSTILE_STRINGS.entries())
      for (const options of [{}, { columns }])
        for (const key of ['org', 'tags'])
          expect(find('hostile', body({ [key]: value }), options)).toEqual([id])
  },
)
