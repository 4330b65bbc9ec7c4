import { describe, expect, it } from 'vitest'
import {
  toPostgres,
  type PostgresColumn,
  type PostgresOptions,
} from '../../src/engines/postgres.ts'
import { matchAll, matchNone, mergeFilters, parseFilters, type Filters } from '../../src/index.ts'
import { compileRefusal } from '../compile/refusal.ts'
import { HOSTILE_STRINGS } from '../hostile.ts'

const body = (attributes: unknown): Filters => parseFilters({ attributes }, { source: 'body' })
const compile = (attributes: unknown, options?: PostgresOptions): [string, readonly unknown[]] => {
  const { text, values } = toPostgres(body(attributes), options)
  return [text, values]
}
const json = (numbers: readonly number[], column = '"attributes"'): string =>
  `(${numbers.map((number) => `${column} @> $${number}::text::jsonb`).join(' or ')})`

describe('a jsonb column', () => {
  it('is asked for each value alone and in a list', () => {
    expect(compile({ org: 'o1' })).toEqual([
      '("attributes" @> $1::text::jsonb or "attributes" @> $2::text::jsonb)',
      ['{"org":"o1"}', '{"org":["o1"]}'],
    ])
    expect(compile({ level: { $in: [1, true, 'x'] } })).toEqual([
      json([1, 2, 3, 4, 5, 6]),
      [
        ['{"level":1}', '{"level":[1]}'],
        ['{"level":true}', '{"level":[true]}'],
        ['{"level":"x"}', '{"level":["x"]}'],
      ].flat(),
    ])
  })

  it('has the groups of the filter, in parentheses', () => {
    expect(compile({ a: 1, $or: [{ b: 2, c: 3 }, { d: 4 }] })).toEqual([
      `(${json([1, 2])} and ((${json([3, 4])} and ${json([5, 6])}) or ${json([7, 8])}))`,
      ['a', 'b', 'c', 'd'].flatMap((key, index) => [
        `{"${key}":${index + 1}}`,
        `{"${key}":[${index + 1}]}`,
      ]),
    ])
  })

  it('has the name that it is given, quoted', () => {
    const named = (column: string): string => compile({ a: 1 }, { column })[0]
    expect(named('Meta data')).toBe(json([1, 2], '"Meta data"'))
    expect(named('d.attributes')).toBe(json([1, 2], '"d"."attributes"'))
    expect(named('public.d."x')).toBe(json([1, 2], '"public"."d"."""x"'))
    expect(named('x" or true --')).toBe(json([1, 2], '"x"" or true --"'))
  })

  it('leaves room for parameters before its own', () => {
    expect(compile({ a: 1, b: 2 }, { firstParameter: 7 })[0]).toBe(
      `(${json([7, 8])} and ${json([9, 10])})`,
    )
  })

  it('brackets long chains in parts', () => {
    const or = compile({ $or: Array.from({ length: 18 }, (_, index) => ({ a: index })) })[0]
    const clauses = Array.from({ length: 18 }, (_, index) => json([2 * index + 1, 2 * index + 2]))
    expect(or).toBe(
      `((${clauses.slice(0, 16).join(' or ')}) or (${clauses.slice(16).join(' or ')}))`,
    )
  })
})

describe('columns of their own', () => {
  const types = ['text', 'integer', 'bigint', 'double precision', 'boolean'] as const
  const all = [
    'x',
    '1',
    1,
    1.5,
    2 ** 31 - 1,
    2 ** 31,
    -(2 ** 31),
    -(2 ** 31) - 1,
    2 ** 53,
    1e21,
    true,
  ]
  const held: Readonly<Record<PostgresColumn['type'], readonly unknown[]>> = {
    text: ['x', '1'],
    integer: [1, 2 ** 31 - 1, -(2 ** 31)],
    bigint: [1, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1],
    'double precision': all.filter((value) => typeof value === 'number'),
    boolean: [true],
  }

  it.each(types)('of type %s are asked for the values that they can hold', (type) => {
    expect(compile({ a: { $in: all } }, { columns: { a: { name: 'c', type } } })).toEqual([
      `"c" = any($1::${type}[])`,
      [held[type]],
    ])
    const none = { $in: [type === 'text' ? 1 : 'x'] }
    const columns = { a: { name: 'c', type, multiple: true } }
    expect(compile({ a: { $in: all } }, { columns })).toEqual([
      `"c" && $1::${type}[]`,
      [held[type]],
    ])
    expect(compile({ a: none }, { columns })).toEqual(['false', []])
  })

  it('are text where only the name is given, and stand beside the jsonb column', () => {
    const options = { column: 'd.rest', columns: { org: 'd.org_id' } }
    expect(compile({ org: 'o1', lang: 'en' }, options)).toEqual([
      `("d"."org_id" = any($1::text[]) and ${json([2, 3], '"d"."rest"')})`,
      [['o1'], '{"lang":"en"}', '{"lang":["en"]}'],
    ])
  })

  it('are found by own names only', () => {
    const columns = Object.create({ org: 'org' }) as Record<string, string>
    expect(compileRefusal(() => compile({ org: 'o1' }, { columns }))).toBe(
      'unmapped_key /attributes/org',
    )
    expect(compileRefusal(() => compile({ toString: 'x' }, { columns: {} }))).toBe(
      'unmapped_key /attributes/toString',
    )
  })
})

describe('an attribute without a column is refused', () => {
  const columns = { org: 'org' }
  const refusal = (filters: Filters, options: PostgresOptions = { columns }): string =>
    compileRefusal(() => toPostgres(filters, options))

  it('with a pointer to it', () => {
    expect(refusal(body({ org: 'o1' }))).toMatch(/^compiled/)
    expect(refusal(body({ org: 'o1', x: 1 }))).toBe('unmapped_key /attributes/x')
    expect(refusal(body({ $or: [{ org: 'o1' }, { $and: [{ x: { $in: [1] } }] }] }))).toBe(
      'unmapped_key /attributes/$or/1/$and/0/x',
    )
    expect(refusal(body({ none: { $in: [] }, x: 1 }))).toBe('unmapped_key /attributes/x')
    expect(refusal(body({ x: 1 }), { columns, column: 'rest' })).toMatch(/^compiled/)
  })

  it('with a pointer into the merged filter', () => {
    const token = parseFilters({ attributes: { org: 'o1' } }, { source: 'token' })
    const { filters } = mergeFilters(token, body({ org: 'o1', x: 1 }))
    expect(refusal(filters as Filters)).toBe('unmapped_key /attributes/$and/1/x')
  })
})

describe('everything and nothing', () => {
  const columns = { org: 'org' }

  it('have a form of their own, also where no attribute has a column', () => {
    for (const options of [{}, { columns }, { columns: {} }]) {
      expect(toPostgres(matchAll, options)).toEqual({ text: 'true', values: [] })
      expect(toPostgres(matchNone, options)).toEqual({ text: 'false', values: [] })
    }
  })

  it('stand inside groups without moving the number of a parameter', () => {
    const none = { none: { $in: [] } }
    expect(compile({ $or: [none, { org: 'o1' }, { org: 1 }, { org: 'o2' }] }, { columns })).toEqual(
      ['(false or "org" = any($1::text[]) or false or "org" = any($2::text[]))', [['o1'], ['o2']]],
    )
    expect(compile({ $and: [{ org: 'o1' }, none, { a: 1 }] })).toEqual([
      `(${json([1, 2])} and false and ${json([3, 4])})`,
      ['{"org":"o1"}', '{"org":["o1"]}', '{"a":1}', '{"a":[1]}'],
    ])
    expect(compile({ $or: [{ $and: [none, { a: 1 }] }, none] })[0]).toBe(
      `((false and ${json([1, 2])}) or false)`,
    )
  })
})

it('keeps hostile keys and values out of the text (case 33)', () => {
  const columns = { b: 'b' }
  const texts = new Set(
    HOSTILE_STRINGS.map((value) => {
      const [text, values] = compile({ a: value, b: { $in: [value] } }, { column: 'd', columns })
      expect(values).toEqual([
        JSON.stringify({ a: value }),
        JSON.stringify({ a: [value] }),
        [value],
      ])
      return text
    }),
  )
  expect([...texts]).toEqual([`(${json([1, 2], '"d"')} and "b" = any($3::text[]))`])
  expect(compile({ drop: 1 })[0]).toBe(compile({ __x: "'; drop table documents; --" })[0])
})

describe('wrong options throw a TypeError that names them', () => {
  it.each<[unknown, string]>([
    [null, 'options must be an object'],
    [{ table: 'd' }, 'options.table is not an option'],
    [{ column: '' }, 'options.column must be the name of a column'],
    [{ column: null }, 'options.column must be the name of a column'],
    [{ column: 'd..x' }, 'options.column must be the name of a column'],
    [{ column: '.x' }, 'options.column must be the name of a column'],
    [{ column: 'x\0' }, 'options.column must be the name of a column'],
    [{ firstParameter: 0 }, 'options.firstParameter must be a whole number from 1 on'],
    [{ firstParameter: 1.5 }, 'options.firstParameter must be a whole number from 1 on'],
    [{ firstParameter: '2' }, 'options.firstParameter must be a whole number from 1 on'],
    [{ firstParameter: 1e21 }, 'options.firstParameter must be a whole number from 1 on'],
    [{ columns: null }, 'options.columns must be an object'],
    [{ columns: 'org' }, 'options.columns must be an object'],
    [{ columns: { x: undefined } }, 'options.columns.x must be an object'],
    [{ columns: { x: '' } }, 'options.columns.x must be the name of a column'],
    [{ columns: { x: { type: 'text' } } }, 'options.columns.x.name must be the name of a column'],
    [{ columns: { x: { name: 'x', typ: 'text' } } }, 'options.columns.x.typ is not an option'],
    ...[undefined, 'json', 'toString', ['text']].map((type): [unknown, string] => [
      { columns: { x: { name: 'x', type } } },
      'options.columns.x.type must be one of: text, integer, bigint, double precision, boolean',
    ]),
    [
      { columns: { x: { name: 'x', type: 'text', multiple: 1 } } },
      'options.columns.x.multiple must be a boolean',
    ],
  ])('%j', (options, message) => {
    // No clause of the filter needs the option that is wrong.
    expect(() => toPostgres(matchAll, options as PostgresOptions)).toThrow(new TypeError(message))
  })

  it('and so do filters that this package did not make', () => {
    expect(() => toPostgres({ attributes: {} } as Filters)).toThrow(TypeError)
  })
})
