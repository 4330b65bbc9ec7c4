import {
  BODY,
  CONFLICT,
  group,
  MISMATCH,
  PASSES,
  UNSUPPORTED,
  type AttackGroup,
  type Difference,
} from '../attack.ts'
import { search } from '../requests.ts'

const POISON: Difference = {
  stack: [400],
  why: 'some parsers refuse names that could reach a prototype',
}
const NO_OBJECT: Difference = {
  stack: [400],
  why: 'some parsers take objects and lists only',
}
const NOT_PARSED = { skip: "whether a body is parsed is the host's affair" }

const DEV = { attributes: { env: 'dev' } }

const IDS: readonly (readonly [name: string, id: unknown])[] = [
  ['a number', 7],
  ['null', null],
  ['true', true],
  ['empty', ''],
  ['a list of it', ['ten_a']],
  ['a list of two', ['ten_a', 'ten_b']],
  ['an object', { id: 'ten_a' }],
  ['another', 'ten_x'],
  ['in upper case', 'TEN_A'],
  ['with a space', 'ten_a '],
  ['with a NUL', 'ten_a\0'],
]

/** The tenant that a body names. */
export const bodyTenants: AttackGroup = group(
  'tenant in the body',
  { at: 'search', control: search({ body: { integrationId: 'ten_a', question: '?' } }) },
  [
    ...(['integrationId', 'integration_id'] as const).flatMap((name) =>
      IDS.map(([what, id]) => ({
        name: `${name} ${what}`,
        intent: 'a tenant that the handler reads otherwise than the check does',
        make: search({ body: { [name]: id } }),
        expect: MISMATCH,
      })),
    ),
    {
      name: 'both spellings, of which the second is another tenant',
      intent: 'the check reads one, the handler the other',
      make: search({ body: { integrationId: 'ten_a', integration_id: 'ten_b' } }),
      expect: MISMATCH,
    },
    {
      name: 'both spellings, of which the first is another tenant',
      intent: 'the check reads one, the handler the other',
      make: search({ body: { integrationId: 'ten_b', integration_id: 'ten_a' } }),
      expect: MISMATCH,
    },
    {
      name: 'integrationId twice in the JSON, the last another tenant',
      intent: 'the parser takes the last, and so must the check',
      make: search({ body: '{"integrationId":"ten_a","integrationId":"ten_b"}' }),
      expect: MISMATCH,
    },
    {
      name: 'integrationId in __proto__',
      intent: 'a tenant that the body inherits after it was checked',
      make: search({ body: '{"__proto__":{"integrationId":"ten_b"}}' }),
      expect: BODY,
      http: POISON,
    },
    ...['[]', '[{"integrationId":"ten_a"}]'].map((body) => ({
      name: `the body ${body}`,
      intent: 'a body in which the check finds no members and the handler does',
      make: search({ body }),
      expect: BODY,
    })),
    ...['"ten_a"', '1', 'true', 'null'].map((body) => ({
      name: `the body ${body}`,
      intent: 'a body that has no members to check',
      make: search({ body }),
      expect: BODY,
      http: NO_OBJECT,
    })),
    ...['application/x-www-form-urlencoded', 'text/plain', 'application/xml'].map(
      (contentType) => ({
        name: `a body of ${contentType}`,
        intent: 'a body that the check cannot read and the handler can',
        make: search({ body: 'integrationId=ten_b', contentType }),
        expect: UNSUPPORTED,
        core: NOT_PARSED,
        http: {
          stack: [415, 400],
          why: 'some servers refuse what they cannot parse, or parse it as text, which is no object',
        },
      }),
    ),
  ],
)

const BROKEN_FILTERS: readonly (readonly [name: string, filters: unknown])[] = [
  ['[]', []],
  ['a text', 'env:prod'],
  ['false', false],
  ['attributes null', { attributes: null }],
  ['attributes []', { attributes: [] }],
  ['a member beside attributes', { attributes: { env: 'dev' }, admin: true }],
  ['$not', { attributes: { $not: { env: 'dev' } } }],
  ['$nor', { attributes: { $nor: [{ env: 'dev' }] } }],
  ['$where', { attributes: { $where: 'sleep(1000)' } }],
  ['$expr', { attributes: { $expr: { $eq: [1, 1] } } }],
  ['$ne', { attributes: { env: { $ne: 'x' } } }],
  ['$exists', { attributes: { env: { $exists: true } } }],
  ['$regex', { attributes: { env: { $regex: '.*' } } }],
  ['an empty $or', { attributes: { $or: [] } }],
  ['{} in an $or', { attributes: { $or: [{ env: 'dev' }, {}] } }],
  ['a null value', { attributes: { env: null } }],
  ['a list in the place of a value', { attributes: { env: ['dev', 'prod'] } }],
  ['a path as key', { attributes: { 'a.b': 1 } }],
  ['a quote in a key', { attributes: { "env' OR '1'='1": 1 } }],
  ['constructor as key', { attributes: { constructor: 1 } }],
  [
    'ten thousand clauses',
    { attributes: { $and: Array.from({ length: 10_000 }, (_, n) => ({ env: n })) } },
  ],
  [
    'ten thousand values',
    { attributes: { env: { $in: Array.from({ length: 10_000 }, (_, n) => n) } } },
  ],
  ['a value of 20 000 characters', { attributes: { env: 'x'.repeat(20_000) } }],
]

function nestedQuery(levels: number): string {
  return `${'{"$or":['.repeat(levels)}{"env":"dev"}${']}'.repeat(levels)}`
}

/** A body can narrow what a token allows, and never widen it. The token's filter is `env = dev`. */
export const bodyFilters: AttackGroup = group(
  'filters in the body',
  { at: 'search', control: search({ body: { filters: DEV } }) },
  [
    ...BROKEN_FILTERS.map(([name, filters]) => ({
      name: `filters: ${name}`,
      intent: 'an operator, or a shape, that the search engine takes and the check does not know',
      make: search({ body: { filters } }),
      expect: BODY,
    })),
    {
      name: 'filters: __proto__ as key',
      intent: 'a filter whose prototype the attacker chose',
      make: search({ body: '{"filters":{"attributes":{"__proto__":{"env":"prod"}}}}' }),
      expect: BODY,
      http: POISON,
    },
    {
      name: 'filters: __proto__ beside attributes',
      intent: 'a filter whose prototype the attacker chose',
      make: search({ body: '{"filters":{"__proto__":{"attributes":{"env":"prod"}}}}' }),
      expect: BODY,
      http: POISON,
    },
    {
      name: 'filters: 20 000 levels',
      intent: 'a walk that runs out of stack',
      make: search({ body: `{"filters":{"attributes":${nestedQuery(20_000)}}}` }),
      expect: BODY,
    },
    {
      name: 'filters: an $or that widens',
      intent: 'everything that the $or allows beside what was signed',
      make: search({
        body: { filters: { attributes: { $or: [{ env: 'dev' }, { env: 'prod' }] } } },
      }),
      expect: PASSES,
      sees: {
        filters: {
          attributes: { $and: [{ env: 'dev' }, { $or: [{ env: 'dev' }, { env: 'prod' }] }] },
        },
      },
    },
    {
      name: 'filters: an equality that contradicts',
      intent: 'the value of the body in the place of the signed one',
      make: search({ body: { filters: { attributes: { env: 'prod' } } } }),
      expect: PASSES,
      sees: { filters: DEV, bodyFilters: DEV },
    },
    {
      name: 'filters: an equality that contradicts, strict policy',
      intent: 'the value of the body in the place of the signed one',
      at: 'search-strict',
      make: search({ body: { filters: { attributes: { env: 'prod' } } } }),
      expect: CONFLICT,
    },
    {
      name: 'filters: a longer list of values',
      intent: 'the list of the body in the place of the signed value',
      make: search({ body: { filters: { attributes: { env: { $in: ['dev', 'prod'] } } } } }),
      expect: PASSES,
      sees: {
        filters: { attributes: { $and: [{ env: 'dev' }, { env: { $in: ['dev', 'prod'] } }] } },
      },
    },
    {
      name: 'filters: the same key in another case',
      intent: 'a second clause that the engine takes for the first',
      make: search({ body: { filters: { attributes: { ENV: 'prod' } } } }),
      expect: PASSES,
      sees: { filters: { attributes: { $and: [{ env: 'dev' }, { ENV: 'prod' }] } } },
    },
    ...[null, {}, { attributes: {} }].map((filters) => ({
      name: `filters: ${JSON.stringify(filters)}`,
      intent: 'no filter in the place of the signed one',
      make: search({ body: { filters } }),
      expect: PASSES,
      sees: { filters: DEV, bodyFilters: DEV },
    })),
    {
      name: 'no body',
      intent: 'a handler that gets no filter because there was nothing to bind',
      make: search(),
      expect: PASSES,
      sees: { filters: DEV },
    },
    {
      name: 'filters: absent',
      intent: "a handler that reads the body's filters and finds none",
      make: search({ body: { question: '?' } }),
      expect: PASSES,
      sees: { filters: DEV, bodyFilters: DEV },
    },
    {
      name: 'filters: an empty $in',
      intent: 'none: it matches nothing, beside what was signed',
      make: search({ body: { filters: { attributes: { team: { $in: [] } } } } }),
      expect: PASSES,
      sees: { filters: { attributes: { $and: [{ env: 'dev' }, { team: { $in: [] } }] } } },
    },
  ],
)

/** What was signed about the user wins whole. The token signs `userId`. */
export const bodyAttributes: AttackGroup = group(
  'attributes in the body',
  { at: 'search', control: search({ body: { userAttributes: { lang: 'en' } } }) },
  [
    ...[[], 'x', 1, true].map((userAttributes) => ({
      name: `userAttributes ${JSON.stringify(userAttributes)}`,
      intent: 'attributes that are no object',
      make: search({ body: { userAttributes } }),
      expect: BODY,
    })),
    {
      name: 'userAttributes with __proto__',
      intent: 'attributes whose prototype the attacker chose',
      make: search({ body: '{"userAttributes":{"__proto__":{"isAdmin":true}}}' }),
      expect: BODY,
      http: POISON,
    },
    {
      name: 'userAttributes with __proto__, one level down',
      intent: 'attributes whose prototype the attacker chose',
      make: search({ body: '{"userAttributes":{"a":[{"__proto__":{"isAdmin":true}}]}}' }),
      expect: BODY,
      http: POISON,
    },
    {
      name: 'userAttributes with constructor.prototype',
      intent: 'a merge that walks to Object.prototype',
      make: search({ body: { userAttributes: { constructor: { prototype: { isAdmin: true } } } } }),
      expect: BODY,
      http: POISON,
    },
    {
      name: 'userAttributes 20 000 levels deep',
      intent: 'a walk that runs out of stack',
      make: search({
        body: `{"userAttributes":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`,
      }),
      expect: BODY,
    },
    {
      name: 'userAttributes of 10 000 keys',
      intent: 'work that grows with what the attacker sends',
      make: search({
        body: {
          userAttributes: Object.fromEntries(
            Array.from({ length: 10_000 }, (_, n) => [`k${n}`, n]),
          ),
        },
      }),
      expect: BODY,
    },
    {
      name: 'two spellings that differ',
      intent: 'the check reads one, the handler the other',
      make: search({ body: { userAttributes: { a: 1 }, user_attributes: { a: 2 } } }),
      expect: BODY,
    },
    {
      name: 'userAttributes with another user',
      intent: 'the id of the body in the place of the signed one',
      make: search({ body: { userAttributes: { userId: 'usr_admin', isAdmin: true } } }),
      expect: PASSES,
      sees: { userId: 'usr_1', bodyAttributes: { userId: 'usr_1' } },
    },
    {
      name: 'userAttributes null',
      intent: 'no attributes in the place of the signed ones',
      make: search({ body: { userAttributes: null } }),
      expect: PASSES,
      sees: { userId: 'usr_1', bodyAttributes: { userId: 'usr_1' } },
    },
    {
      name: 'userAttributes that nobody signed',
      intent: 'an id that the body claims taken for a signed one',
      make: search({
        claims: { userAttributes: undefined, sub: undefined },
        body: { userAttributes: { userId: 'usr_admin' } },
      }),
      expect: PASSES,
      sees: { kind: 'verified', bodyAttributes: { userId: 'usr_admin' } },
    },
  ],
)
