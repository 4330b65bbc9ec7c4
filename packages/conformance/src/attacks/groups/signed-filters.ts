import { CLAIMS, FILTERS, group, PASSES, type AttackGroup } from '../attack.ts'
import { search } from '../requests.ts'

function deep(levels: number): unknown {
  let query: unknown = { env: 'dev' }
  for (let level = 0; level < levels; level += 1) query = { $or: [query] }
  return query
}

const MANY = Array.from({ length: 257 }, (_, index) => index)

const BROKEN: readonly (readonly [name: string, filters: unknown])[] = [
  ['null', null],
  ['{}', {}],
  ['[]', []],
  ['a text', 'env:dev'],
  ['true', true],
  ['an empty text', ''],
  ['a list of a filter', [{ attributes: { env: 'dev' } }]],
  ['attributes {}', { attributes: {} }],
  ['attributes null', { attributes: null }],
  ['attributes []', { attributes: [] }],
  ['attributes a text', { attributes: 'env:dev' }],
  ['no attributes', { env: 'dev' }],
  ['a member beside attributes', { attributes: { env: 'dev' }, sources: ['docs'] }],
  ['attributes in another case', { Attributes: { env: 'dev' } }],
  ['an empty $and', { attributes: { $and: [] } }],
  ['an empty $or', { attributes: { $or: [] } }],
  ['an empty $in', { attributes: { env: { $in: [] } } }],
  ['{} in an $and', { attributes: { $and: [{ env: 'dev' }, {}] } }],
  ['{} in an $or', { attributes: { $or: [{ env: 'dev' }, {}] } }],
  ['null in an $or', { attributes: { $or: [{ env: 'dev' }, null] } }],
  ['$and of an object', { attributes: { $and: { env: 'dev' } } }],
  ['$or of a text', { attributes: { $or: 'dev' } }],
  ['$in of a text', { attributes: { env: { $in: 'dev' } } }],
  ['$in with null', { attributes: { env: { $in: ['dev', null] } } }],
  ['$in with a list', { attributes: { env: { $in: [['dev']] } } }],
  ['$eq of an object', { attributes: { env: { $eq: { $ne: 'x' } } } }],
  ['a null value', { attributes: { env: null } }],
  ['a list in the place of a value', { attributes: { env: ['dev'] } }],
  ['{} in the place of a value', { attributes: { env: {} } }],
  ['a value with a NUL', { attributes: { env: 'dev\0' } }],
  ['a value with a lone surrogate', { attributes: { env: 'dev\ud800' } }],
  ['a value of 1025 bytes', { attributes: { env: 'x'.repeat(1025) } }],
  ...[
    '$ne',
    '$nin',
    '$not',
    '$nor',
    '$gt',
    '$regex',
    '$exists',
    '$where',
    '$expr',
    '$IN',
    '$',
    'in',
  ].map(
    (operator) =>
      [`the operator ${operator}`, { attributes: { env: { [operator]: 'dev' } } }] as const,
  ),
  ...['$not', '$nor', '$where', '$expr', '$AND', '$', '$comment'].map(
    (operator) =>
      [`${operator} at the top`, { attributes: { [operator]: [{ env: 'dev' }] } }] as const,
  ),
  ...[
    '',
    'a.b',
    'a b',
    '1a',
    "a'",
    'a"',
    'a`',
    'a\0',
    '\u00e9',
    'x'.repeat(65),
    'constructor',
    'prototype',
  ].map(
    (key) =>
      [`the key ${JSON.stringify(key.slice(0, 12))}`, { attributes: { [key]: 'dev' } }] as const,
  ),
  ['nine levels', { attributes: deep(9) }],
  ['257 values', { attributes: { env: { $in: MANY } } }],
  ['257 clauses', { attributes: { $and: MANY.map((value) => ({ env: value })) } }],
]

/** A signed filter that cannot be read is refused: to skip it would be to allow everything. */
export const signedFilters: AttackGroup = group(
  'signed filters',
  { at: 'search', control: search() },
  [
    ...BROKEN.map(([name, filters]) => ({
      name: `filters: ${name}`,
      intent: 'a signed filter that is skipped, and then nothing is filtered',
      make: search({ claims: { filters } }),
      expect: CLAIMS,
    })),
    {
      name: 'filters: a value that JSON makes infinite',
      intent: 'a clause that matches nothing in one engine and everything in the next',
      make: search((world) => ({
        payload: JSON.stringify({
          iss: world.a.issuer,
          aud: 'https://api.inkeep.com',
          integrationId: world.a.id,
          exp: world.now() + 60,
          filters: { attributes: { size: '@' } },
        }).replace('"@"', '1e400'),
      })),
      expect: CLAIMS,
    },
    {
      name: 'filters: eight levels',
      intent: 'none: the last depth that is allowed',
      make: search({ claims: { filters: { attributes: deep(8) } } }),
      expect: PASSES,
      sees: { userId: 'usr_1' },
    },
    {
      name: 'required attribute: no filters',
      intent: 'a token without the restriction that the tenant asks for',
      make: search(({ guarded }) => ({ as: guarded, claims: { filters: undefined } })),
      expect: FILTERS,
    },
    {
      name: 'required attribute: another one',
      intent: 'a filter that restricts something else',
      make: search(({ guarded }) => ({
        as: guarded,
        claims: { filters: { attributes: { lang: 'en' } } },
      })),
      expect: FILTERS,
    },
    {
      name: 'required attribute: only in an $or',
      intent: 'a restriction that need not hold',
      make: search(({ guarded }) => ({
        as: guarded,
        claims: { filters: { attributes: { $or: [{ env: 'dev' }, { lang: 'en' }] } } },
      })),
      expect: FILTERS,
    },
    {
      name: 'required attribute: only in the body',
      intent: 'a restriction that nobody signed',
      make: search(({ guarded }) => ({
        as: guarded,
        claims: { filters: undefined },
        body: { filters: { attributes: { env: 'dev' } } },
      })),
      expect: FILTERS,
    },
    {
      name: 'required attribute: signed',
      intent: 'none: what the tenant asks for',
      make: search(({ guarded }) => ({ as: guarded })),
      expect: PASSES,
      sees: { filters: { attributes: { env: 'dev' } } },
    },
  ],
)

function attributes(levels: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level += 1) value = { a: value }
  return value
}

const BROKEN_ATTRIBUTES: readonly (readonly [name: string, attributes: unknown])[] = [
  ['null', null],
  ['a text', 'usr_1'],
  ['a number', 1],
  ['[]', []],
  ['a list', [{ userId: 'usr_1' }]],
  ['nine levels', attributes(9)],
  ['65 keys', Object.fromEntries(MANY.slice(0, 65).map((index) => [`k${index}`, 1]))],
  ['constructor', { constructor: { name: 'Admin' } }],
  ['prototype', { prototype: {} }],
  ['constructor.prototype', { constructor: { prototype: { isAdmin: true } } }],
  ['constructor, one level down', { a: { constructor: 1 } }],
  ['prototype, inside a list', { a: [{ prototype: 1 }] }],
]

/** Signed attributes are bounded, and can reach no prototype. */
export const signedAttributes: AttackGroup = group(
  'signed attributes',
  { at: 'search', control: search() },
  [
    ...BROKEN_ATTRIBUTES.map(([name, userAttributes]) => ({
      name: `userAttributes: ${name}`,
      intent: 'attributes that break, or change, what copies them',
      make: search({ claims: { userAttributes } }),
      expect: CLAIMS,
    })),
    {
      name: 'userAttributes: eight levels',
      intent: 'none: the last depth that is allowed',
      make: search({ claims: { userAttributes: attributes(8) } }),
      expect: PASSES,
      sees: { kind: 'verified' },
    },
  ],
)
