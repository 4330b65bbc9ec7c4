import { CLAIMS, group, MISMATCH, PASSES, REJECTED, type AttackGroup } from '../attack.ts'
import { search, widget } from '../requests.ts'
import type { World } from '../world.ts'

type Id = readonly [name: string, id: (world: World) => unknown]

const NO_TEXT: readonly Id[] = [
  ['missing', () => undefined],
  ['null', () => null],
  ['a list of it', ({ a }) => [a.id]],
  ['a list of two', ({ a, b }) => [a.id, b.id]],
  ['a number', () => 7],
  ['true', () => true],
  ['an object', ({ a }) => ({ id: a.id })],
  ['an object with toString', ({ a }) => ({ toString: a.id })],
]

const OTHER_TEXT: readonly Id[] = [
  ['empty', () => ''],
  ['with a space behind', ({ a }) => `${a.id} `],
  ['with a space in front', ({ a }) => ` ${a.id}`],
  ['with a NUL', ({ a }) => `${a.id}\0`],
  ['with a newline', ({ a }) => `${a.id}\n`],
  ['with a zero-width space', ({ a }) => `${a.id}\u200b`],
  ['in fullwidth letters', () => '\uff54\uff45\uff4e\uff3f\uff41'],
  ['in Cyrillic letters', () => 't\u0435n_\u0430'],
  ['in upper case', ({ a }) => a.id.toUpperCase()],
  ['of 129 characters', () => 't'.repeat(129)],
  ['__proto__', () => '__proto__'],
  ['constructor', () => 'constructor'],
  ['toString', () => 'toString'],
  ['a path', ({ a }) => `../${a.id}`],
  ['a wildcard', () => '*'],
  ['two ids', ({ a, b }) => `${a.id},${b.id}`],
  ['SQL', () => "x'OR'1'='1"],
]

/** The claim that names the tenant. All of these tokens are signed with a's key. */
export const tenantClaims: AttackGroup = group(
  'tenant claim',
  { at: 'widget', control: widget() },
  [
    ...NO_TEXT.flatMap(([name, id]) => [
      {
        name: `tenantId ${name}, nothing else names the tenant`,
        intent: 'a tenant that is looked up by something that is no text',
        make: widget((world) => ({ claims: { tenantId: id(world) } })),
        expect: REJECTED,
      },
      {
        name: `tenantId ${name}, the hint names the tenant`,
        intent: 'a comparison that coerces, or is left out where the claim is no text',
        make: widget((world) => ({ claims: { tenantId: id(world) }, hint: world.a.id })),
        expect: CLAIMS,
      },
      {
        name: `integrationId ${name}, the API key names the tenant`,
        intent: 'a comparison that coerces, or is left out where the claim is no text',
        at: 'search' as const,
        make: search((world) => ({ claims: { integrationId: id(world) } })),
        expect: CLAIMS,
      },
    ]),
    ...OTHER_TEXT.flatMap(([name, id]) => [
      {
        name: `tenantId ${name}, nothing else names the tenant`,
        intent: 'a look-up that trims, folds or inherits',
        make: widget((world) => ({ claims: { tenantId: id(world) } })),
        expect: REJECTED,
      },
      {
        name: `tenantId ${name}, the hint names the tenant`,
        intent: 'a comparison that trims or folds',
        make: widget((world) => ({ claims: { tenantId: id(world) }, hint: world.a.id })),
        expect: MISMATCH,
      },
    ]),
    {
      name: 'integrationId with a space behind, nothing else names the tenant',
      intent: 'a look-up that trims',
      at: 'search-keyless',
      make: search((world) => ({ apiKey: null, claims: { integrationId: `${world.a.id} ` } })),
      expect: REJECTED,
    },
    {
      name: 'integrationId as a list, nothing else names the tenant',
      intent: 'a look-up by something that is no text',
      at: 'search-keyless',
      make: search((world) => ({ apiKey: null, claims: { integrationId: [world.a.id] } })),
      expect: REJECTED,
    },
  ],
)

const NOT_TEXT = [1, true, [], ['usr_1'], {}, { id: 'usr_1' }]

/** The claims that say who is asking. */
export const users: AttackGroup = group('user claims', { at: 'widget', control: widget() }, [
  ...[...NOT_TEXT, null, ''].map((userId) => ({
    name: `userId ${JSON.stringify(userId)}`,
    intent: "an identity that the handler coerces into somebody's id",
    make: widget({ claims: { userId } }),
    expect: CLAIMS,
  })),
  {
    name: 'no userId',
    intent: 'an identity without a user',
    make: widget({ claims: { userId: undefined } }),
    expect: CLAIMS,
  },
  {
    name: 'no userId, but sub and id',
    intent: 'a user under a name that nobody asked for',
    make: widget({ claims: { userId: undefined, sub: 'usr_1', id: 'usr_1', user_id: 'usr_1' } }),
    expect: CLAIMS,
  },
  ...(['userEmail', 'plan'] as const).flatMap((claim) =>
    [...NOT_TEXT, null].map((value) => ({
      name: `${claim} ${JSON.stringify(value)}`,
      intent: 'a claim that is no text and passes a comparison by coercion',
      make: widget({ claims: { [claim]: value } }),
      expect: CLAIMS,
    })),
  ),
  ...[
    null,
    'admin',
    1,
    {},
    { 0: 'admin', length: 1 },
    [1],
    ['user', ['admin']],
    ['user', null],
    [{ role: 'admin' }],
  ].map((userRoles) => ({
    name: `userRoles ${JSON.stringify(userRoles)}`,
    intent: 'roles that pass includes() as text, or by coercion',
    make: widget({ claims: { userRoles } }),
    expect: CLAIMS,
  })),
  ...[1, [], { id: 1 }].map((userId) => ({
    name: `userId ${JSON.stringify(userId)}, for public keys`,
    intent: 'a claim of the wrong type beside a sound attribute of the same name',
    at: 'search' as const,
    make: search({ claims: { userId } }),
    expect: CLAIMS,
  })),
  {
    name: 'sub as a number, for public keys',
    intent: "the last fallback for the user's id, coerced",
    at: 'search',
    make: search({ claims: { sub: 1, userAttributes: undefined } }),
    expect: CLAIMS,
  },
  {
    name: 'userId in userAttributes as a list',
    intent: "an id that the handler coerces into somebody's",
    at: 'search',
    make: search({ claims: { userAttributes: { userId: ['usr_admin'] } } }),
    expect: PASSES,
    sees: { kind: 'verified' },
  },
])
