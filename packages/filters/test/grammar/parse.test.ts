import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  canonicalJson,
  FilterError,
  matches,
  parseFilters,
  toWire,
  type Query,
} from '../../src/index.ts'
import { bodyQuery } from '../arbitraries.ts'
import { holds } from '../property.ts'
import { expectRefused, refusal } from '../refusal.ts'

const body = (json: unknown) => parseFilters(json, { source: 'body' })

describe('what the grammar accepts', () => {
  it('reads the filter of the documents', () => {
    const wire = {
      attributes: { $and: [{ env: 'dev' }, { modules: { $in: ['module1', 'module2'] } }] },
    }
    const filters = parseFilters(wire, { source: 'token' })
    expect(toWire(filters)).toEqual(wire)
    expect(matches(filters, { env: 'dev', modules: ['module2'] })).toBe(true)
    expect(matches(filters, { env: 'prod', modules: ['module2'] })).toBe(false)
  })

  it.each<Query>([
    { a: 1 },
    { a: { $eq: true } },
    { a: { $in: ['x'] } },
    { a: 1, b: 'x' },
    { a: { $eq: 'x', $in: ['x', 'y'] } },
    { a: 1, $or: [{ b: 1 }, { c: { $eq: 1 }, d: 2 }] },
    { $and: [{ $and: [{ a: 1 }] }, { $or: [{ b: 1 }] }] },
    { [`_${'k'.repeat(63)}`]: '' },
    { toString: 'x', 'hasOwnProperty-1': 1 },
    { a: '\u{1F600}é\u2028"\\\b\u0001' },
  ])('keeps what was written: %j', (attributes) => {
    expect(toWire(parseFilters({ attributes }, { source: 'token' }))).toStrictEqual({ attributes })
  })

  it.each([undefined, null, {}, { attributes: {} }])(
    'takes %j for no filter in a body, and refuses it in a token',
    (json) => {
      expect(canonicalJson(body(json))).toBe('{"attributes":{}}')
      expect(matches(body(json), { any: 'thing' })).toBe(true)
      const expected = json !== null && json !== undefined && 'attributes' in json
      expectRefused(json, expected ? 'empty_clause' : 'missing', expected ? '/attributes' : '', [
        'token',
      ])
    },
  )

  it('takes an empty $in of a body for nothing at all, and refuses it in a token (case 5, 15)', () => {
    const json = { attributes: { modules: { $in: [] } } }
    expect(matches(body(json), { modules: [] })).toBe(false)
    expect(matches(body(json), { modules: 'm1' })).toBe(false)
    expectRefused(json, 'empty_operator', '/attributes/modules/$in', ['token'])
  })

  it('freezes a filter to the bottom, and copies what it was given', () => {
    const json = {
      attributes: { $and: [{ org: 'o1' }, { $or: [{ a: { $in: ['x'] } }, { b: { $eq: 1 } }] }] },
    }
    const filters = parseFilters(json, { source: 'token' })
    const before = canonicalJson(filters)
    const stack: unknown[] = [filters, toWire(filters)]
    for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
      if (typeof value !== 'object' || value === null) continue
      expect(Object.isFrozen(value)).toBe(true)
      stack.push(...Object.values(value))
    }
    ;(json.attributes.$and[0] as { org: string }).org = 'evil'
    json.attributes.$and.length = 1
    expect(canonicalJson(filters)).toBe(before)
    expect(canonicalJson(parseFilters(toWire(filters), { source: 'token' }))).toBe(before)
  })
})

describe('what the grammar refuses', () => {
  it('an empty clause inside an operator (case 3, 11)', () => {
    expectRefused({ attributes: { $or: [{}] } }, 'empty_clause', '/attributes/$or/0')
    expectRefused(
      { attributes: { $or: [{ org: 'evil' }, {}] } },
      'empty_clause',
      '/attributes/$or/1',
    )
    const unset = JSON.parse(JSON.stringify({ attributes: { $and: [{ org: undefined }] } }))
    expectRefused(unset, 'empty_clause', '/attributes/$and/0')
    expectRefused({ attributes: { org: {} } }, 'empty_clause', '/attributes/org')
  })

  it('an empty $and or $or (case 4, 12)', () => {
    expectRefused({ attributes: { $and: [] } }, 'empty_operator', '/attributes/$and')
    expectRefused({ attributes: { $or: [] } }, 'empty_operator', '/attributes/$or')
    expectRefused(
      { attributes: { $and: [{ $or: [] }] } },
      'empty_operator',
      '/attributes/$and/0/$or',
    )
  })

  it.each(['$nor', '$not', '$where', '$expr', '$text', '$comment', '$in', '$eq', '$', '$AND'])(
    'the operator %s in place of an attribute (case 6, 7)',
    (operator) => {
      expectRefused(
        { attributes: { [operator]: [{ org: 'o1' }] } },
        'unsupported_operator',
        `/attributes/${operator}`,
      )
    },
  )

  it.each([
    '$not',
    '$ne',
    '$nin',
    '$exists',
    '$gt',
    '$regex',
    '$foo',
    'name',
    '__proto__x',
    '$and',
  ])('the operator %s under an attribute (case 6)', (operator) => {
    expectRefused(
      { attributes: { org: { [operator]: 'o1' } } },
      'unsupported_operator',
      `/attributes/org/${operator}`,
    )
    expectRefused(
      { attributes: { org: { $eq: 'o1', [operator]: 'o1' } } },
      'unsupported_operator',
      `/attributes/org/${operator}`,
    )
  })

  it.each([
    ['{"__proto__":{"org":"evil"}}', '/__proto__', 'unknown_member'],
    ['{"attributes":{"__proto__":{"org":"evil"}}}', '/attributes/__proto__', 'bad_key'],
    [
      '{"attributes":{"constructor":{"prototype":{"org":"evil"}}}}',
      '/attributes/constructor',
      'bad_key',
    ],
    ['{"attributes":{"prototype":"evil"}}', '/attributes/prototype', 'bad_key'],
    ['{"attributes":{"$and":[{"__proto__":"evil"}]}}', '/attributes/$and/0/__proto__', 'bad_key'],
    [
      '{"attributes":{"org":{"__proto__":{"$eq":"evil"}}}}',
      '/attributes/org/__proto__',
      'unsupported_operator',
    ],
  ] as const)('prototype pollution by %s (case 8)', (text, pointer, code) => {
    expectRefused(JSON.parse(text), code, pointer)
    expect(({} as { org?: unknown }).org).toBeUndefined()
  })

  it('roots that are no filter (case 12, 24)', () => {
    for (const json of [
      '{"attributes":{"org":"evil"}}',
      [],
      [{}],
      0,
      1,
      true,
      false,
      '',
      1n,
      Symbol('x'),
      () => 1,
    ])
      expectRefused(json, 'not_an_object', '')
    for (const attributes of [null, undefined, [], 'x', 1, true])
      expectRefused({ attributes }, 'not_an_object', '/attributes')
  })

  it.each(['payload', 'not', '$and', 'Attributes', 'attributes ', 'a/b~c'])(
    'a member %s beside attributes (case 16)',
    (member) => {
      const pointer = `/${member.replace('~', '~0').replace('/', '~1')}`
      expectRefused({ attributes: { org: 'o1' }, [member]: {} }, 'unknown_member', pointer)
      expectRefused({ [member]: {} }, 'unknown_member', pointer)
    },
  )

  it.each([
    'a.b',
    'org.0',
    'org[0]',
    '.org',
    "attrs->>'org'",
    '',
    ' ',
    'org ',
    'оrg',
    'e\u0301',
    'é',
    '1a',
    '-a',
    'a\n',
    'a\0',
    'k'.repeat(65),
  ])('the key %j (case 17, 18, 19)', (key) => {
    expectRefused(
      { attributes: { $and: [{ [key]: 'evil' }] } },
      'bad_key',
      `/attributes/$and/0/${key}`,
    )
  })

  it('escapes a pointer as RFC 6901 says', () => {
    expectRefused({ attributes: { 'a/b~1': 1 } }, 'bad_key', '/attributes/a~1b~01')
  })

  it('keeps an attribute apart from one of another case (case 19)', () => {
    expect(matches(body({ attributes: { ORG: 'evil' } }), { org: 'evil' })).toBe(false)
  })

  it.each([
    null,
    undefined,
    Number.NaN,
    Infinity,
    -Infinity,
    1n,
    Symbol('x'),
    () => 1,
    ['o1', 'evil'],
    [],
    new Date(0),
    /x/,
    new Map(),
    new String('x'),
    'a\0b',
    '\uD800',
    'a\uDC00',
    '\uDC00\uD800',
    '\uD800\uD800',
    'x\uDBFF',
  ])('a value that is no scalar (case 15, 20): %s', (value) => {
    expectRefused({ attributes: { org: value } }, 'bad_value', '/attributes/org')
    expectRefused({ attributes: { org: { $eq: value } } }, 'bad_value', '/attributes/org/$eq')
    expectRefused(
      { attributes: { org: { $in: ['o1', value] } } },
      'bad_value',
      '/attributes/org/$in/1',
    )
  })

  it('operands of another shape (case 21)', () => {
    expectRefused({ attributes: { org: { $in: 'o1' } } }, 'not_an_array', '/attributes/org/$in')
    expectRefused(
      { attributes: { org: { $in: { 0: 'o1' } } } },
      'not_an_array',
      '/attributes/org/$in',
    )
    expectRefused({ attributes: { org: { $eq: { $ne: '' } } } }, 'bad_value', '/attributes/org/$eq')
    expectRefused(
      { attributes: { org: { $in: [{ $ne: '' }] } } },
      'bad_value',
      '/attributes/org/$in/0',
    )
    expectRefused(
      { attributes: { $and: { 0: { org: 'o1' } } } },
      'not_an_array',
      '/attributes/$and',
    )
    expectRefused({ attributes: { $or: [[{ org: 'o1' }]] } }, 'not_an_object', '/attributes/$or/0')
    expectRefused({ attributes: { $or: ['org'] } }, 'not_an_object', '/attributes/$or/0')
  })

  it('with one constant message per code, which holds nothing of the input', () => {
    const canary = 'canary'
    for (const attributes of [
      { [`${canary}.x`]: 1 },
      { [canary]: null },
      { [canary]: { [`$${canary}`]: 1 } },
    ]) {
      try {
        body({ attributes })
        expect.unreachable()
      } catch (error) {
        expect(error).toBeInstanceOf(FilterError)
        expect(String(error)).not.toContain(canary)
        expect((error as FilterError).pointer).toContain(canary)
      }
    }
  })
})

describe('properties', () => {
  it('gives a filter or a FilterError for any value', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withNullPrototype: true,
      withObjectString: true,
      withSparseArray: true,
      withTypedArray: true,
      withBoxedValues: true,
    })
    const attributes = fc.oneof(anything, fc.jsonValue()).map((value) => ({ attributes: value }))
    holds(
      10_000,
      fc.property(fc.oneof(anything, fc.jsonValue(), attributes), (json) => {
        expect(refusal(json, 'body')).toMatch(/^(accepted$|[a-z_]+ )/)
        expect(refusal(json, 'token')).toMatch(/^(accepted$|[a-z_]+ )/)
      }),
    )
  })

  it('keeps the meaning and the text of what it accepts', () => {
    holds(
      3000,
      fc.property(bodyQuery, (attributes) => {
        const filters = body({ attributes })
        expect(canonicalJson(body(toWire(filters)))).toBe(canonicalJson(filters))
        expect(canonicalJson(body(JSON.parse(JSON.stringify(filters))))).toBe(
          canonicalJson(filters),
        )
      }),
    )
  })
})
