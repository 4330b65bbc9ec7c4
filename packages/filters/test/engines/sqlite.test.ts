import { describe, expect, it } from 'vitest'
import { toSqlite, type SqliteColumn, type SqliteOptions } from '../../src/engines/sqlite.ts'
import { matchAll, matchNone, mergeFilters, parseFilters, type Filters } from '../../src/index.ts'
import { compileRefusal } from '../compile/refusal.ts'
import { HOSTILE_STRINGS } from '../hostile.ts'

const body = (attributes: unknown): Filters => parseFilters({ attributes }, { source: 'body' })
const compile = (attributes: unknown, options?: SqliteOptions): [string, readonly unknown[]] => {
  const { text, values } = toSqlite(body(attributes), options)
  return [text, values]
}

const isListed = (row: string): string =>
  `(replace(${row}.type, 'real', 'integer'), ${row}.value) in (select replace(type, 'real', 'integer'), value from json_each(?))`
const json = (column = '`attributes`'): string =>
  `(select min(${isListed('a')} or exists (select 1 from json_each(case a.type when 'array' then a.value end) i where ${isListed('i')})) from (select ${column} as json) d, json_each(d.json) a where a.key = ?)`
const list = (column: string): string =>
  `exists (select 1 from (select ${column} as json) d, json_each(case json_type(d.json) when 'array' then d.json end) i where ${isListed('i')})`

describe('a column of JSON', () => {
  it('is asked by the same text for any key and any values', () => {
    expect(compile({ org: 'o1' })).toEqual([json(), ['["o1"]', '["o1"]', 'org']])
    const values = '[1,true,"x"]'
    expect(compile({ level: { $in: [1, true, 'x'] } })).toEqual([json(), [values, values, 'level']])
  })

  it('has the groups of the filter, in parentheses', () => {
    expect(compile({ a: 1, $or: [{ b: 2, c: 3 }, { d: 4 }] })).toEqual([
      `(${json()} and ((${json()} and ${json()}) or ${json()}))`,
      ['[1]', '[1]', 'a', '[2]', '[2]', 'b', '[3]', '[3]', 'c', '[4]', '[4]', 'd'],
    ])
  })

  it('has the name that it is given, quoted so that it is never a string', () => {
    const named = (column: string): string => compile({ a: 1 }, { column })[0]
    expect(named('Meta data')).toBe(json('`Meta data`'))
    expect(named('d.attributes')).toBe(json('`d`.`attributes`'))
    expect(named('main.d."x"')).toBe(json('`main`.`d`.`"x"`'))
    expect(named('x` or true --')).toBe(json('`x`` or true --`'))
  })

  it('brackets long chains in parts', () => {
    const parts = (length: number): string => Array.from({ length }, () => json()).join(' or ')
    const $or = Array.from({ length: 18 }, (_, index) => ({ a: index }))
    expect(compile({ $or: $or.slice(0, 16) })[0]).toBe(`(${parts(16)})`)
    expect(compile({ $or })[0]).toBe(`((${parts(16)}) or (${parts(2)}))`)
  })
})

describe('columns of their own', () => {
  const all = ['x', '1', 1, 1.5, 1e21, true, false]
  it.each<[SqliteColumn['type'], string, readonly unknown[], readonly unknown[]]>([
    ['text', "= 'text' and `d`.`c` collate binary in (?, ?)", ['x', '1'], ['x', '1']],
    ['number', "in ('integer', 'real') and `d`.`c` in (?, ?, ?)", [1, 1.5, 1e21], [1, 1.5, 1e21]],
    ['boolean', "in ('integer', 'real') and `d`.`c` in (?, ?)", [true, false], [1, 0]],
  ])('of type %s are asked for the values that they can hold', (type, test, held, bound) => {
    expect(compile({ a: { $in: all } }, { columns: { a: { name: 'd.c', type } } })).toEqual([
      `(typeof(\`d\`.\`c\`) ${test})`,
      bound,
    ])
    const columns = { a: { name: 'd.c', type, multiple: true } }
    expect(compile({ a: { $in: all } }, { columns })).toEqual([
      list('`d`.`c`'),
      [JSON.stringify(held)],
    ])
    expect(compile({ a: type === 'text' ? 1 : 'x' }, { columns })).toEqual(['false', []])
  })

  it('are text where only the name is given, and stand beside the column of JSON', () => {
    const options = { column: 'd.rest', columns: { org: 'd.org_id' } }
    expect(compile({ org: 'o1', lang: 'en' }, options)).toEqual([
      `((typeof(\`d\`.\`org_id\`) = 'text' and \`d\`.\`org_id\` collate binary in (?)) and ${json('`d`.`rest`')})`,
      ['o1', '["en"]', '["en"]', 'lang'],
    ])
  })
})

it('an attribute without a column is refused, with a pointer to it', () => {
  const columns = { org: 'org' }
  const refusal = (filters: Filters): string => compileRefusal(() => toSqlite(filters, { columns }))
  expect(refusal(body({ org: 'o1' }))).toMatch(/^compiled/)
  expect(refusal(body({ none: { $in: [] }, $or: [{ org: 'o1' }, { x: 1 }] }))).toBe(
    'unmapped_key /attributes/$or/1/x',
  )
  expect(refusal(body({ toString: 'x' }))).toBe('unmapped_key /attributes/toString')
  const token = parseFilters({ attributes: { org: 'o1' } }, { source: 'token' })
  expect(refusal(mergeFilters(token, body({ x: 1 })).filters as Filters)).toBe(
    'unmapped_key /attributes/$and/1/x',
  )
})

it('everything and nothing have a form of their own, and stand inside groups', () => {
  for (const options of [{}, { columns: { org: 'org' } }, { columns: {} }]) {
    expect(toSqlite(matchAll, options)).toEqual({ text: 'true', values: [] })
    expect(toSqlite(matchNone, options)).toEqual({ text: 'false', values: [] })
  }
  const none = { none: { $in: [] } }
  expect(compile({ $or: [none, { a: 1 }, { $and: [{ b: 2 }, none] }] })).toEqual([
    `(false or ${json()} or (${json()} and false))`,
    ['[1]', '[1]', 'a', '[2]', '[2]', 'b'],
  ])
})

it('keeps hostile keys and values out of the text (case 33)', () => {
  const columns = { b: 'b' }
  const texts = HOSTILE_STRINGS.map((value) => {
    const [text, values] = compile({ a: value, b: { $in: [value] } }, { column: 'd', columns })
    expect(values).toEqual([JSON.stringify([value]), JSON.stringify([value]), 'a', value])
    return text
  })
  expect([...new Set(texts)]).toEqual([
    `(${json('`d`')} and (typeof(\`b\`) = 'text' and \`b\` collate binary in (?)))`,
  ])
})

describe('wrong options throw a TypeError that names them', () => {
  it.each<[unknown, string]>([
    [null, 'options must be an object'],
    [{ firstParameter: 1 }, 'options.firstParameter is not an option'],
    [{ column: 'd..x' }, 'options.column must be the name of a column'],
    [{ columns: [], column: 1 }, 'options.column must be the name of a column'],
    [{ columns: null }, 'options.columns must be an object'],
    [{ columns: { x: 'a\0b' } }, 'options.columns.x must be the name of a column'],
    [{ columns: { x: { name: 'x', kind: 'text' } } }, 'options.columns.x.kind is not an option'],
    ...[undefined, 'integer', 'toString', ['text']].map((type): [unknown, string] => [
      { columns: { x: { name: 'x', type } } },
      'options.columns.x.type must be one of: text, number, boolean',
    ]),
    [
      { columns: { x: { name: 'x', type: 'text', multiple: null } } },
      'options.columns.x.multiple must be a boolean',
    ],
  ])('%j', (options, message) => {
    // No clause of the filter needs the option that is wrong.
    expect(() => toSqlite(matchAll, options as SqliteOptions)).toThrow(new TypeError(message))
  })
})
