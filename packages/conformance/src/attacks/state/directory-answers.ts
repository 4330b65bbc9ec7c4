import { API_KEY, PASSES, REJECTED, UNAVAILABLE, type Verdict } from '../attack.ts'
import { hs256 } from '../mint.ts'
import { search, widget } from '../requests.ts'
import { searchTenant, widgetTenant, type World } from '../world.ts'
import { directory, thrower } from './own-directory.ts'
import { stateGroup, type StateAttack } from './stage.ts'

const ANSWERS: readonly (readonly [name: string, answer: (world: World) => unknown, Verdict])[] = [
  ['null', () => null, REJECTED],
  ['undefined', () => undefined, REJECTED],
  ['the empty text', () => '', UNAVAILABLE],
  ['a text', ({ a }) => a.secret, UNAVAILABLE],
  ['false', () => false, UNAVAILABLE],
  ['zero', () => 0, UNAVAILABLE],
  ['{}', () => ({}), UNAVAILABLE],
  ['[]', () => [], UNAVAILABLE],
  ['a list of the record', ({ a }) => [widgetTenant(a)], UNAVAILABLE],
  ['a function', () => Object, UNAVAILABLE],
  ['a symbol', () => Symbol('tenant'), UNAVAILABLE],
  ["another tenant's record", ({ b }) => widgetTenant(b), REJECTED],
  [
    'the record under an id in upper case',
    ({ a }) => ({ ...widgetTenant(a), id: a.id.toUpperCase() }),
    REJECTED,
  ],
  ['a record whose members are inherited', ({ a }) => Object.create(widgetTenant(a)), UNAVAILABLE],
  [
    'a record whose id is inherited',
    ({ a, b }) =>
      Object.assign(Object.create({ id: a.id }) as object, { keys: widgetTenant(b).keys }),
    UNAVAILABLE,
  ],
  ['a proxy', ({ a }) => new Proxy(widgetTenant(a), {}), UNAVAILABLE],
  [
    'a proxy that throws',
    () => new Proxy({}, { get: thrower, ownKeys: thrower, getOwnPropertyDescriptor: thrower }),
    UNAVAILABLE,
  ],
  [
    'a thenable that throws',
    () => new Proxy({}, { get: (_, name) => (name === 'then' ? thrower() : undefined) }),
    UNAVAILABLE,
  ],
  [
    'a getter that throws',
    ({ a }) => ({
      id: a.id,
      get keys() {
        return thrower()
      },
    }),
    UNAVAILABLE,
  ],
  ['a secret that is empty', ({ a }) => withKey(a.id, { alg: 'HS256', secret: '' }), UNAVAILABLE],
  [
    'a secret that is undefined',
    ({ a }) => withKey(a.id, { alg: 'HS256', secret: undefined }),
    UNAVAILABLE,
  ],
  ['a secret that is null', ({ a }) => withKey(a.id, { alg: 'HS256', secret: null }), UNAVAILABLE],
  [
    'a secret that is short',
    ({ a }) => withKey(a.id, { alg: 'HS256', secret: a.secret.slice(0, 31) }),
    UNAVAILABLE,
  ],
  [
    'a secret that is an empty buffer',
    ({ a }) => withKey(a.id, { alg: 'HS256', secret: new Uint8Array() }),
    UNAVAILABLE,
  ],
  [
    'a secret that is a list',
    ({ a }) => withKey(a.id, { alg: 'HS256', secret: [a.secret] }),
    UNAVAILABLE,
  ],
  [
    'a secret that is a PEM',
    ({ a }) => withKey(a.id, { alg: 'HS256', secret: a.rsa.pem }),
    UNAVAILABLE,
  ],
  [
    'a secret that is a PEM behind a BOM',
    ({ a }) => withKey(a.id, { alg: 'HS256', secret: `\ufeff ${a.rsa.pem}` }),
    UNAVAILABLE,
  ],
  [
    'a secret that is DER',
    ({ a }) => withKey(a.id, { alg: 'HS256', secret: a.rsa.der }),
    UNAVAILABLE,
  ],
  [
    'a secret that is a JWK',
    ({ a }) => withKey(a.id, { alg: 'HS256', secret: JSON.stringify(a.rsa.jwk) }),
    UNAVAILABLE,
  ],
  [
    'a secret that is a JWKS',
    ({ a }) => withKey(a.id, { alg: 'HS256', secret: JSON.stringify({ keys: [a.rsa.jwk] }) }),
    UNAVAILABLE,
  ],
  ['alg none', ({ a }) => withKey(a.id, { alg: 'none', secret: a.secret }), UNAVAILABLE],
  ['a key without alg', ({ a }) => withKey(a.id, { secret: a.secret }), UNAVAILABLE],
  ['a public key only', ({ a }) => withKey(a.id, { alg: 'RS256', publicKey: a.rsa.pem }), REJECTED],
  [
    'a public key for HS256',
    ({ a }) => withKey(a.id, { alg: 'HS256', publicKey: a.rsa.pem }),
    UNAVAILABLE,
  ],
  ['no keys', ({ a }) => ({ id: a.id, keys: [] }), UNAVAILABLE],
  [
    'a record with a member that is not known',
    ({ a }) => ({ ...widgetTenant(a), requireUsers: true }),
    UNAVAILABLE,
  ],
  ['the record itself', ({ a }) => widgetTenant(a), PASSES],
]

function withKey(id: string, key: object): object {
  return { id, keys: [key] }
}

/** Where tenants come from is the service's own code: whatever it says, it is never a pass. */
export const directoryAnswers: readonly StateAttack[] = stateGroup('directories', [
  ...ANSWERS.map(
    ([name, answer, expected]) =>
      ({
        name: `the directory answers: ${name}`,
        intent: "a look-up that goes wrong, and a key that is empty or somebody else's",
        async play(stage) {
          for (const delay of [false, true]) {
            const tenants = directory(() =>
              delay ? Promise.resolve().then(() => answer(stage.world)) : answer(stage.world),
            )
            const gate = stage.widget({ tenants, directoryCache: false })
            const when = delay ? 'later' : 'at once'
            await stage.send(`a's token, ${when}`, gate, widget(), expected)
            const forged = expected === PASSES ? REJECTED : expected
            for (const secret of [
              '',
              'undefined',
              'null',
              stage.world.b.secret,
              stage.world.a.rsa.pem,
            ])
              await stage.send(`forged, ${when}`, gate, widget({ signer: hs256(secret) }), forged)
          }
        },
      }) satisfies Omit<StateAttack, 'group'>,
  ),
  {
    name: 'a record that changes while it is read',
    intent: 'the check sees one record, the verdict another',
    async play(stage) {
      const { a, b } = stage.world
      let reads = 0
      const tenants = directory(() => ({
        get id() {
          reads += 1
          return reads % 2 === 1 ? a.id : b.id
        },
        keys: widgetTenant(a).keys,
      }))
      const gate = stage.widget({ tenants, directoryCache: false })
      const identity = await stage.enter("a's token", gate, widget())
      stage.check("is a's", identity.tenantId === a.id)
      stage.check('the id was read once', reads === 1)
    },
  },
  {
    name: 'a record that its owner changes after it was handed out',
    intent: 'a tenant that is widened without a new look-up',
    async play(stage) {
      const { a, b } = stage.world
      const record = { ...widgetTenant(a), keys: [{ alg: 'HS256' as const, secret: a.secret }] }
      const gate = stage.widget({ tenants: directory(() => record) })
      await stage.send('cached', gate, widget(), PASSES)
      Object.assign(record.keys[0] as object, { secret: b.secret })
      await stage.send(
        "b's secret",
        gate,
        widget(({ a: as }) => ({ as, signer: hs256(b.secret) })),
        REJECTED,
      )
      await stage.send("a's secret", gate, widget(), PASSES)
    },
  },
  {
    name: "the API key look-up gives another tenant's record",
    intent: 'a key that opens whatever the database stumbles over',
    async play(stage) {
      const { a, b } = stage.world
      const tenants = directory(() => searchTenant(b))
      const gate = stage.search({ tenants })
      await stage.send("a's token and API key", gate, search(), API_KEY)
      await stage.send("b's token, a's API key", gate, search({ as: b, apiKey: a.apiKey }), API_KEY)
      await stage.send("b's token and API key", gate, search({ as: b }), PASSES)
    },
  },
])
