import { describe, expect, it } from 'vitest'
import { toAlgolia, type AlgoliaParameters, type FieldOptions } from '../../src/engines/algolia.ts'
import {
  matchAll,
  matches,
  matchNone,
  mergeFilters,
  parseFilters,
  type Filters,
  type Scalar,
} from '../../src/index.ts'
import { compileRefusal } from '../compile/refusal.ts'
import { readAlgolia } from '../readers/algolia.ts'
import { selects } from '../readers/ast.ts'
import { expectLaw, FIELDS } from '../readers/law.ts'

const RUNS = 8000
const parse = (attributes: unknown): Filters => parseFilters({ attributes }, { source: 'body' })
const compile = (attributes: unknown, options?: FieldOptions): AlgoliaParameters =>
  toAlgolia(parse(attributes), options)
const refusal = (attributes: unknown, options?: FieldOptions): string =>
  compileRefusal(() => compile(attributes, options))

describe('toAlgolia', () => {
  it('says lists of alternatives, to be spread into a search', () => {
    const filter = compile({ $and: [{ env: 'dev' }, { modules: { $in: ['m1', 'm2'] } }] })
    expect(filter).toEqual({ facetFilters: ['env:dev', ['modules:m1', 'modules:m2']] })
    const request = { query: 'x', facetFilters: ['env:prod'] }
    expect({ ...request, ...filter }).toEqual({ query: 'x', ...filter })
    expect(compile({ env: { $eq: 'dev' } })).toEqual({ facetFilters: ['env:dev'] })
    expect(compile({ env: { $in: ['dev', 'dev'] } })).toEqual({ facetFilters: ['env:dev'] })
  })

  it('spreads out what Algolia does not nest', () => {
    expect(compile({ $or: [{ a: 'x', b: 'y' }, { c: 'z' }], d: 'w' })).toEqual({
      facetFilters: [['a:x', 'c:z'], ['b:y', 'c:z'], 'd:w'],
    })
    expect(
      compile({
        $or: [
          { a: 'x', b: { $in: ['y', 'z'] } },
          { c: 'u', d: 'v' },
        ],
      }),
    ).toEqual({
      facetFilters: [
        ['a:x', 'c:u'],
        ['a:x', 'd:v'],
        ['b:y', 'b:z', 'c:u'],
        ['b:y', 'b:z', 'd:v'],
      ],
    })
    expect(
      compile({
        $or: [
          { a: 'x', b: 'y' },
          { a: 'x', c: 'z' },
        ],
      }),
    ).toEqual({
      facetFilters: ['a:x', ['a:x', 'c:z'], ['b:y', 'a:x'], ['b:y', 'c:z']],
    })
  })

  it('escapes a minus sign at the beginning, and nothing else', () => {
    expect(compile({ a: { $in: ['-x', '--', '-'] } })).toEqual({
      facetFilters: [['a:\\-x', 'a:\\--', 'a:\\-']],
    })
    expect(
      compile({ a: { $in: ['x-y', 'a:b', 'x"y', 'a\\b', '[x, y]', 'a OR b', '<b>'] } }),
    ).toEqual({
      facetFilters: [['a:x-y', 'a:a:b', 'a:x"y', 'a:a\\b', 'a:[x, y]', 'a:a OR b', 'a:<b>']],
    })
  })

  it('maps attributes to fields, and leaves out what they do not hold', () => {
    const fields = {
      env: 'meta.env',
      level: { name: 'meta.level', type: 'number' },
      beta: { type: 'boolean' },
    } as const
    expect(
      compile(
        { env: 'dev', level: { $in: [1, -12, '1'] }, beta: { $in: [true, 'true'] } },
        { fields, prefix: 'attributes.' },
      ),
    ).toEqual({
      facetFilters: ['meta.env:dev', ['meta.level:1', 'meta.level:\\-12'], 'attributes.beta:true'],
    })
  })

  it('says everything as no condition, and nothing as a condition', () => {
    const nothing = { facetFilters: ['objectID:0', 'objectID:1'] }
    expect(toAlgolia(matchAll)).toEqual({ facetFilters: [] })
    expect(toAlgolia(matchNone)).toEqual(nothing)
    expect(compile({ a: 'x', b: { $in: [] } })).toEqual(nothing)
    expect(compile({ $or: [{ a: 'x' }, { b: { $in: [] } }] })).toEqual({ facetFilters: ['a:x'] })
    for (const objectID of ['0', '1', ''])
      expect(selects(readAlgolia(nothing), { objectID })).toBe(false)
  })

  it('gives each caller lists of its own', () => {
    toAlgolia(matchAll).facetFilters.push('a:x')
    toAlgolia(matchNone).facetFilters.pop()
    expect(toAlgolia(matchAll)).toEqual({ facetFilters: [] })
    expect(toAlgolia(matchNone)).toEqual({ facetFilters: ['objectID:0', 'objectID:1'] })
  })

  it('refuses numbers and booleans of which it is not said that the field holds them', () => {
    expect(refusal({ a: 1 })).toBe('undeclared_type /attributes/a')
    expect(refusal({ $or: [{ a: 'x' }, { a: { $in: ['1', true] } }] })).toBe(
      'undeclared_type /attributes/$or/1/a/$in/1',
    )
    expect(refusal({ a: 'x', b: 'y' }, { fields: { a: 'a' } })).toBe('unmapped_key /attributes/b')
  })

  it.each<readonly [reason: string, ...values: string[]]>([
    ['Algolia may leave out white space at the ends of a string.', '', ' ', ' x', 'x\n', '\u00a0x'],
    [
      'Algolia may read a quote or a backslash at the beginning as syntax.',
      '"x"',
      "'x",
      '\\-x',
      '\\',
    ],
    ['Algolia reads `<score=…>` as the weight of a filter.', 'x<score=1>', '<SCORE=2>y'],
    ['Algolia cuts off strings of that length.', 'x'.repeat(1000), 'x\n'.repeat(500)],
  ])('refuses what it may not compare as it stands: %s', (reason, ...values) => {
    for (const value of values) {
      expect(refusal({ a: { $in: ['x', value] } })).toBe('unsupported_value /attributes/a/$in/1')
      if (!value.endsWith('\n')) expect(() => compile({ a: value })).toThrow(reason)
    }
  })

  it('takes strings up to the length that Algolia keeps', () => {
    expect(compile({ a: 'x'.repeat(999) }).facetFilters).toEqual([`a:${'x'.repeat(999)}`])
  })

  it('refuses numbers that Algolia rounds', () => {
    const fields = { a: { type: 'number' } } as const
    for (const value of [0.5, 1e-7, 4_611_686_018_427_388, -4_611_686_018_427_388, 1e21])
      expect(refusal({ a: { $in: [1, value] } }, { fields })).toBe(
        'unsupported_value /attributes/a/$in/1',
      )
    expect(compile({ a: 4_611_686_018_427_387 }, { fields })).toEqual({
      facetFilters: ['a:4611686018427387'],
    })
    expect(() => compile({ a: 0.5 }, { fields })).toThrow('Algolia rounds the number.')
  })

  it('refuses filters that are too long when they are spread out', () => {
    const both = (index: number): unknown => ({ a: `x${index}`, b: `y${index}` })
    const any = (count: number): unknown => ({
      $or: Array.from({ length: count }, (_, i) => both(i)),
    })
    // Eight pairs are 2^8 lists of eight alternatives.
    expect(compile(any(8)).facetFilters).toHaveLength(256)
    expect(refusal(any(9))).toBe('too_complex /attributes')
    expect(refusal(any(80))).toBe('too_complex /attributes')
    // Each is short enough; not so both together.
    expect(refusal({ $and: [any(8), { $or: [any(7), { c: 'z' }] }] })).toBe(
      'too_complex /attributes',
    )
    expect(() => compile(any(9))).toThrow('Algolia takes lists of alternatives only')
    const flat = { $or: Array.from({ length: 200 }, (_, index) => ({ a: `x${index}` })) }
    expect(compile(flat).facetFilters[0]).toHaveLength(200)
  })

  it('points into a merged filter', () => {
    const token = parseFilters({ attributes: { org: 'o1' } }, { source: 'token' })
    const merged = mergeFilters(token, parse({ $or: [{ a: 'x' }, { b: { $in: ['y', ' '] } }] }))
    expect(compileRefusal(() => toAlgolia(merged.filters as Filters))).toBe(
      'unsupported_value /attributes/$and/1/$or/1/b/$in/1',
    )
  })

  it('refuses wrong options and filters that are none', () => {
    expect(() => compile({ a: 'x' }, { feilds: {} } as FieldOptions)).toThrow(TypeError)
    expect(() => compile({ a: 'x' }, { fields: { a: 'a:b' } })).toThrow(TypeError)
    expect(() => compile({ a: 'x' }, { prefix: '-a' })).toThrow(TypeError)
    expect(() => toAlgolia({ attributes: {} } as Filters)).toThrow(TypeError)
  })

  it('means the same when it is spread out', () => {
    const filters = parse({
      $or: [
        { a: { $in: ['1', '2'] }, b: '1' },
        { $and: [{ c: '1' }, { $or: [{ a: '3' }, { b: '2', d: '1' }] }] },
      ],
    })
    const ast = readAlgolia(toAlgolia(filters))
    const values = [undefined, '1', '2', '3']
    for (const a of values)
      for (const b of values)
        for (const c of values)
          for (const d of values) {
            const document = Object.fromEntries(
              Object.entries({ a, b, c, d }).filter(([, value]) => value !== undefined),
            )
            expect(selects(ast, document)).toBe(matches(filters, document))
          }
  })
})

/** As the tables above, but by looking instead of by patterns. */
function isUnsayable(value: Scalar): boolean {
  if (typeof value === 'number') return value % 1 !== 0 || value > 4e15 || value < -4e15
  if (typeof value !== 'string') return false
  const isBare = value !== '' && value.trim() === value
  return !isBare || ['"', "'", '\\'].includes(value.charAt(0)) || value.includes('<score=')
}

describe('law 2 for Algolia', () => {
  it('finds the same documents as `matches`, whatever the strings are', () => {
    expectLaw(RUNS, {
      strings: [
        '--x',
        '-',
        'a:-x',
        'x AND NOT y',
        '"x"',
        'x"',
        ':-x',
        'x<score>',
        'x:y<score=1>',
        ' x',
      ],
      compile: (filters) => toAlgolia(filters, { fields: FIELDS }),
      read: readAlgolia,
      isUnsayable,
    })
  })
})
