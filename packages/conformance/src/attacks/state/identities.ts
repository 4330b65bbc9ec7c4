import { isDeepStrictEqual } from 'node:util'
import { memoryDirectory } from '@countersign/core'
import { CLAIMS, EXPIRED, MISSING, NO_IDENTITY, PASSES, REJECTED, REVOKED } from '../attack.ts'
import { widget } from '../requests.ts'
import { searchOnce, widgetOnce } from './once.ts'
import { stateGroup, type StateAttack } from './stage.ts'

/** One request cannot change what the next one sees, nor bring what was not made here. */
export const identities: readonly StateAttack[] = stateGroup('cached verdicts', [
  {
    name: 'an identity is changed by a handler',
    intent: "one request that makes the next one an administrator's",
    async play(stage) {
      const gate = stage.search()
      const token = searchOnce(stage.world, { claims: { roles: ['user'], nested: { a: [1] } } })
      const identity = await stage.enter('cached', gate, token)
      const before = JSON.stringify(identity)
      const { claims, userAttributes, userRoles, filters } = identity
      for (const target of [
        identity,
        claims,
        userAttributes,
        userRoles,
        filters,
        filters?.attributes,
        claims['roles'],
        claims['nested'],
      ]) {
        stage.check('is frozen', Object.isFrozen(target))
        stage.check('takes no member', !Reflect.set(target as object, 'userId', 'usr_admin'))
        stage.check(
          'takes no prototype',
          !Reflect.setPrototypeOf(target as object, { isAdmin: true }),
        )
      }
      const again = await stage.enter('again', gate, token)
      stage.check('is as it was', JSON.stringify(again) === before)
    },
  },
  {
    name: 'a bound body is changed by a handler',
    intent: 'filters that are widened for the next request with the same token',
    async play(stage) {
      const gate = stage.search()
      const token = searchOnce(stage.world)
      const given = { integrationId: stage.world.a.id }
      const identity = await stage.enter('cached', gate, token)
      const first = stage.bind('bound', gate, { identity, body: given }, PASSES)
      if (!first.ok) return
      const body = first.body as {
        filters: { attributes: Record<string, unknown> }
        userAttributes: Record<string, unknown>
      }
      body.filters.attributes['env'] = 'prod'
      body.userAttributes['userId'] = 'usr_admin'
      const again = await stage.enter('again', gate, token)
      const second = stage.bind('bound again', gate, { identity: again, body: given }, PASSES)
      stage.check(
        'the filter is as signed',
        second.ok &&
          isDeepStrictEqual((second.body as { filters: unknown }).filters, {
            attributes: { env: 'dev' },
          }),
      )
      stage.check(
        'the user is as signed',
        second.ok &&
          isDeepStrictEqual((second.body as { userAttributes: unknown }).userAttributes, {
            userId: 'usr_1',
          }),
      )
      stage.check(
        'the given body is as it was',
        isDeepStrictEqual(given, { integrationId: stage.world.a.id }),
      )
    },
  },
  {
    name: 'a token that is cached at one gate, used at a stricter one',
    intent: 'a verdict that was reached by other rules',
    async play(stage) {
      const tenants = memoryDirectory(stage.world.widgetTenants)
      const loose = stage.widget({ tenants })
      const strict = stage.widget({ tenants, revocation: { isRevoked: () => true } })
      const token = widgetOnce(stage.world)
      await stage.send('the loose gate, cached', loose, token, PASSES)
      await stage.send('the strict gate', strict, token, REVOKED)
      const searching = stage.search()
      const identity = await stage.enter(
        'an identity of the search gate',
        searching,
        searchOnce(stage.world),
      )
      stage.bind(
        'bound at another search gate',
        stage.search(),
        { identity, body: {} },
        NO_IDENTITY,
      )
      stage.bind("bound at the widget's gate", loose, { identity, body: {} }, NO_IDENTITY)
    },
  },
  {
    name: 'an identity that was not made here',
    intent: 'an object that looks like an identity, or a copy of one with other claims',
    async play(stage) {
      const gate = stage.search()
      const identity = await stage.enter('genuine', gate, searchOnce(stage.world))
      const bind = (what: string, forged: unknown): void =>
        void stage.bind(what, gate, { identity: forged as typeof identity, body: {} }, NO_IDENTITY)
      bind('a copy', { ...identity })
      bind('a copy with another tenant', { ...identity, tenantId: stage.world.b.id })
      bind('an heir', Object.create(identity))
      bind('a proxy', new Proxy(identity, {}))
      bind('nothing', undefined)
      bind('null', null)
      bind('a text', 'usr_1')
      stage.judge('a copy, checked again', await gate.recheck({ ...identity }), NO_IDENTITY)
      stage.bind('the genuine one', gate, { identity, body: {} }, PASSES)
    },
  },
  {
    name: 'Object.prototype is polluted by another library',
    intent: 'options, claims and headers that everything inherits',
    async play(stage) {
      const gate = stage.widget()
      const noUser = widgetOnce(stage.world, { claims: { userId: undefined } })
      const noExp = widgetOnce(stage.world, { claims: { exp: undefined } })
      const noAlg = widgetOnce(stage.world, { header: { typ: 'JWT' } })
      const expired = widgetOnce(stage.world, { claims: { iat: 1, exp: 2 } })
      const sound = widgetOnce(stage.world)
      await pollute(
        {
          userId: 'usr_admin',
          exp: stage.world.now() + 60,
          alg: 'HS256',
          optional: true,
          authorization: sound(stage.world).headers[0]?.[1],
        },
        async () => {
          await stage.send('no userId', gate, noUser, CLAIMS)
          await stage.send('no exp', gate, noExp, CLAIMS)
          await stage.send('no alg', gate, noAlg, REJECTED)
          await stage.send('expired', gate, expired, EXPIRED)
          await stage.send('no header', gate, widget({ token: null }), MISSING)
          await stage.send(
            'no header, options of their own',
            gate,
            widget({ token: null }),
            MISSING,
            {},
          )
          await stage.send('sound', gate, sound, PASSES)
        },
      )
    },
  },
])

async function pollute(members: object, work: () => Promise<void>): Promise<void> {
  const names = Object.keys(members)
  try {
    for (const [name, value] of Object.entries(members))
      Reflect.defineProperty(Object.prototype, name, { value, configurable: true, writable: true })
    await work()
  } finally {
    for (const name of names) Reflect.deleteProperty(Object.prototype, name)
  }
}
