import type { Tenant } from '@countersign/core'
import { PASSES, REJECTED, UNAVAILABLE } from '../attack.ts'
import { hs256 } from '../mint.ts'
import { search, widget, widgetToken } from '../requests.ts'
import { widgetTenant } from '../world.ts'
import { database, directory, thrower } from './own-directory.ts'
import { stateGroup, type StateAttack } from './stage.ts'

const FAILURES: readonly (readonly [name: string, fail: () => unknown])[] = [
  ['throws', thrower],
  [
    'throws undefined',
    () => {
      throw undefined as unknown as Error
    },
  ],
  ['rejects', () => Promise.reject(new Error('connect ECONNREFUSED'))],
  ['rejects with a text', () => Promise.reject('down')],
  ['never answers', () => new Promise(() => {})],
]

/** An outage is 503: never 401, and never a pass. */
export const outages: readonly StateAttack[] = stateGroup('directories', [
  ...FAILURES.map(
    ([name, fail]) =>
      ({
        name: `the directory ${name}, nothing cached`,
        intent: 'an outage that reads as "unknown", or as a pass',
        async play(stage) {
          const gate = stage.widget({ tenants: directory(fail), lookupTimeout: 100 })
          await stage.send('sound', gate, widget(), UNAVAILABLE)
          await stage.send('forged', gate, widget({ signer: hs256('') }), UNAVAILABLE)
          await stage.send(
            'no token, optional, a hint',
            gate,
            widget({ token: null, hint: 'ten_a' }),
            UNAVAILABLE,
            { optional: true },
          )
          const searching = stage.search({ tenants: directory(fail), lookupTimeout: 100 })
          await stage.send('an API key', searching, search(), UNAVAILABLE)
          await stage.send('no token, optional', searching, search({ token: null }), UNAVAILABLE, {
            optional: true,
          })
        },
      }) satisfies Omit<StateAttack, 'group'>,
  ),
  ...FAILURES.map(
    ([name, fail]) =>
      ({
        name: `the directory ${name}, the tenant cached`,
        intent: 'an outage that is long enough for a removed tenant to be forgotten',
        async play(stage) {
          const { a } = stage.world
          let down = false
          const tenants = directory(() => (down ? fail() : widgetTenant(a)))
          const gate = stage.widget({
            tenants,
            lookupTimeout: 100,
            directoryCache: { ttl: 60, maxStale: 600 },
          })
          const token = widgetToken(stage.world)
          await stage.send('cached', gate, widget({ token }), PASSES)
          down = true
          stage.pass(30)
          await stage.send('within ttl', gate, widget({ token }), PASSES)
          stage.pass(60)
          await stage.send('stale', gate, widget({ token }), PASSES)
          await stage.send('forged, stale', gate, widget({ signer: hs256('') }), REJECTED)
          stage.pass(511)
          await stage.send('past maxStale', gate, widget({ token }), UNAVAILABLE)
          down = false
          await stage.send('back, left alone', gate, widget({ token }), UNAVAILABLE)
          stage.pass(5)
          await stage.send('back', gate, widget({ token }), PASSES)
        },
      }) satisfies Omit<StateAttack, 'group'>,
  ),
  {
    name: 'a tenant is removed from a directory whose records are held',
    intent: 'to go on for longer than ttl',
    async play(stage) {
      const { a } = stage.world
      let record: Tenant | undefined = widgetTenant(a)
      const gate = stage.widget({ tenants: directory(() => record) })
      const token = widgetToken(stage.world)
      await stage.send('cached', gate, widget({ token }), PASSES)
      record = undefined
      stage.pass(44)
      await stage.send('within ttl', gate, widget({ token }), PASSES)
      stage.pass(16)
      await stage.send('after ttl', gate, widget({ token }), REJECTED)
      record = widgetTenant(a)
      stage.pass(5)
      await stage.send('restored', gate, widget({ token }), PASSES)
      record = undefined
      gate.invalidate(a.id)
      await stage.send('invalidated', gate, widget({ token }), REJECTED)
    },
  },
  {
    name: 'a tenant is removed, and its record is asked for ahead of time',
    intent: 'to go on until ttl is over, although the directory has said otherwise',
    async play(stage) {
      const { a } = stage.world
      let record: Tenant | undefined = widgetTenant(a)
      let down = false
      const gate = stage.widget({ tenants: directory(() => (down ? thrower() : record)) })
      const token = widgetToken(stage.world)
      await stage.send('cached', gate, widget({ token }), PASSES)
      record = undefined
      stage.pass(55)
      await stage.send('answered from what is held', gate, widget({ token }), PASSES)
      await new Promise((done) => void setImmediate(done))
      await stage.send('the answer has come', gate, widget({ token }), REJECTED)
      down = true
      stage.pass(5)
      await stage.send('an outage brings nothing back', gate, widget({ token }), UNAVAILABLE)
    },
  },
  {
    name: "a tenant's keys are taken away during an outage that follows",
    intent: 'to go on with the last record that was sound',
    async play(stage) {
      const { a } = stage.world
      let answer: () => unknown = () => widgetTenant(a)
      const gate = stage.widget({ tenants: directory(() => answer()) })
      const token = widgetToken(stage.world)
      await stage.send('cached', gate, widget({ token }), PASSES)
      stage.pass(60)
      answer = () => ({ id: a.id, keys: [] })
      await stage.send('a record without keys', gate, widget({ token }), UNAVAILABLE)
      answer = thrower
      stage.pass(5)
      await stage.send('an outage brings nothing back', gate, widget({ token }), UNAVAILABLE)
    },
  },
  {
    name: 'the directory fails while many ask, known and unknown',
    intent: 'a failing directory that is kept down by those who ask again',
    async play(stage) {
      const { a } = stage.world
      let down = false
      let calls = 0
      const tenants = directory((id) => {
        calls += 1
        if (down) return Promise.reject(new Error('down'))
        return id === a.id ? widgetTenant(a) : undefined
      })
      const gate = stage.widget({ tenants })
      const token = widgetToken(stage.world)
      await stage.send('cached', gate, widget({ token }), PASSES)
      down = true
      stage.pass(60)
      calls = 0
      for (let second = 0; second < 60; second++) {
        for (let n = 0; n < 10; n++) {
          await stage.send('known', gate, widget({ token }), PASSES)
          await stage.send('unknown', gate, widget({ claims: { tenantId: 'ten_x' } }), UNAVAILABLE)
        }
        stage.pass(1)
      }
      // A known tenant after pauses of 0.5, 1, 2, 4, 8 and 15 s or more, an unknown one after 2.5 s or more.
      stage.check(`at most 40 calls in 60 s, not ${calls}`, calls <= 40)
    },
  },
  {
    name: 'a tenant is removed while its record is on the way',
    intent: 'a record that is remembered after it was withdrawn',
    async play(stage) {
      const { a } = stage.world
      const waiting: ((record: Tenant | undefined) => void)[] = []
      const tenants = directory(
        () => new Promise<Tenant | undefined>((resolve) => void waiting.push(resolve)),
      )
      const gate = stage.widget({ tenants })
      const first = stage.send('asked before the removal', gate, widget(), PASSES)
      gate.invalidate(a.id)
      waiting[0]?.(widgetTenant(a))
      await first
      const second = stage.send('asked after it', gate, widget(), REJECTED)
      stage.check('the directory was asked again', waiting.length === 2)
      waiting[1]?.(undefined)
      await second
    },
  },
  {
    name: 'a thousand requests at once for a tenant that is not cached',
    intent: 'a directory that is brought down by a crowd',
    async play(stage) {
      const tenants = database([widgetTenant(stage.world.a)])
      const gate = stage.widget({ tenants })
      const token = widgetToken(stage.world)
      await Promise.all(
        Array.from({ length: 1000 }, () => stage.send('at once', gate, widget({ token }), PASSES)),
      )
      stage.check(`one call, not ${tenants.calls.length}`, tenants.calls.length === 1)
    },
  },
])
