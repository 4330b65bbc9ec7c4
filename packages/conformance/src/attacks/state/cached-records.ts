import { randomBytes } from 'node:crypto'
import { memoryDirectory } from '@countersign/core'
import {
  API_KEY,
  CLAIMS,
  LIFETIME,
  MISMATCH,
  MISSING,
  PASSES,
  REJECTED,
  REVOKED,
  UNAVAILABLE,
} from '../attack.ts'
import { search } from '../requests.ts'
import { KID, searchTenant, widgetTenant } from '../world.ts'
import { searchOnce, widgetOnce } from './once.ts'
import { stateGroup, type StateAttack } from './stage.ts'

const newSecret = (): string => randomBytes(48).toString('base64url')

/** What is remembered of a token goes when the record goes that it was judged by. */
export const cachedRecords: readonly StateAttack[] = stateGroup('cached verdicts', [
  {
    name: 'the secret is rotated while a token is cached',
    intent: 'to go on with a stolen secret after it was replaced',
    async play(stage) {
      const { a, b } = stage.world
      const tenants = memoryDirectory([widgetTenant(a), widgetTenant(b)])
      const gate = stage.widget({ tenants })
      const old = widgetOnce(stage.world)
      const next = { ...a, secret: newSecret() }
      await stage.send('first sight', gate, old, PASSES)
      await stage.send('cached', gate, old, PASSES)
      tenants.set(widgetTenant(next))
      await stage.send('old token, new secret', gate, old, REJECTED)
      await stage.send('new token, new secret', gate, widgetOnce(stage.world, { as: next }), PASSES)
      await stage.send('old token again', gate, old, REJECTED)
      tenants.set(widgetTenant(a))
      await stage.send('old secret restored', gate, old, PASSES)
      await stage.send(
        'new token, old secret',
        gate,
        widgetOnce(stage.world, { as: next }),
        REJECTED,
      )
    },
  },
  {
    name: 'the key pair is rotated under the same kid',
    intent: 'a key that is remembered by its name',
    async play(stage) {
      const { a, attacker } = stage.world
      const tenants = memoryDirectory([searchTenant(a)])
      const gate = stage.search({ tenants })
      const old = searchOnce(stage.world, { header: { alg: 'RS256', kid: KID } })
      await stage.send('cached', gate, old, PASSES)
      tenants.set(searchTenant({ ...a, rsa: attacker.rsa }))
      await stage.send('after the rotation', gate, old, REJECTED)
    },
  },
  {
    name: 'the tenant is removed and restored while a token is cached',
    intent: 'to go on after the contract has ended',
    async play(stage) {
      const { a, b } = stage.world
      const tenants = memoryDirectory([widgetTenant(a), widgetTenant(b)])
      const gate = stage.widget({ tenants })
      const token = widgetOnce(stage.world)
      await stage.send('cached', gate, token, PASSES)
      tenants.delete(a.id)
      await stage.send('removed', gate, token, REJECTED)
      await stage.send('another tenant meanwhile', gate, widgetOnce(stage.world, { as: b }), PASSES)
      tenants.set(widgetTenant(a))
      await stage.send('restored', gate, token, PASSES)
      tenants.delete(a.id)
      await stage.send('removed again', gate, token, REJECTED)
    },
  },
  {
    name: 'one of two keys ends while its token is cached',
    intent: 'to go on with the old key after the rotation is over',
    async play(stage) {
      const { a } = stage.world
      const secret = newSecret()
      const end = stage.world.now() + 600
      const gate = stage.widget({
        tenants: [
          {
            id: a.id,
            keys: [
              { alg: 'HS256', kid: 'old', secret: a.secret, notAfter: end },
              { alg: 'HS256', kid: 'new', secret, notBefore: end - 300 },
            ],
          },
        ],
      })
      const old = widgetOnce(stage.world)
      const next = widgetOnce(stage.world, { as: { ...a, secret } })
      await stage.send('the old key', gate, old, PASSES)
      await stage.send('the new key, too early', gate, next, REJECTED)
      stage.pass(300)
      await stage.send('the old key in the overlap', gate, old, PASSES)
      await stage.send('the new key in the overlap', gate, next, PASSES)
      stage.pass(300)
      await stage.send('the old key after its end', gate, old, REJECTED)
      await stage.send('the new key', gate, next, PASSES)
    },
  },
  {
    name: 'the tenant tightens maxLifetime while a token is cached',
    intent: 'a long token from before the rule',
    async play(stage) {
      const { a } = stage.world
      const tenants = memoryDirectory([widgetTenant(a)])
      const gate = stage.widget({ tenants })
      const token = widgetOnce(stage.world)
      await stage.send('cached', gate, token, PASSES)
      tenants.set({ ...widgetTenant(a), maxLifetime: 600 })
      await stage.send('tightened', gate, token, LIFETIME)
      tenants.set({ ...widgetTenant(a), maxLifetime: 1e9 })
      await stage.send(
        "cannot be loosened over the profile's",
        gate,
        widgetOnce(stage.world, { claims: { exp: stage.world.now() + 7200 } }),
        LIFETIME,
      )
    },
  },
  {
    name: 'the tenant changes its issuer while a token is cached',
    intent: 'a token of the issuer that was let go',
    async play(stage) {
      const { a } = stage.world
      const tenants = memoryDirectory([searchTenant(a)])
      const gate = stage.search({ tenants })
      const token = searchOnce(stage.world)
      await stage.send('cached', gate, token, PASSES)
      tenants.set({ ...searchTenant(a), issuer: 'https://auth.new.example' })
      await stage.send('another issuer', gate, token, CLAIMS)
      tenants.set({ ...searchTenant(a), audience: 'https://api.new.example' })
      await stage.send('another audience', gate, token, CLAIMS)
    },
  },
  {
    name: 'the API key is removed while a token is cached',
    intent: 'to go on with a key that leaked and was withdrawn',
    async play(stage) {
      const { a, b } = stage.world
      const tenants = memoryDirectory([searchTenant(a), searchTenant(b)])
      const gate = stage.search({ tenants })
      const token = searchOnce(stage.world)
      await stage.send('cached', gate, token, PASSES)
      tenants.set({ ...searchTenant(a), apiKeyHashes: [] })
      await stage.send('withdrawn', gate, token, API_KEY)
      tenants.set({ ...searchTenant(b), apiKeyHashes: searchTenant(a).apiKeyHashes })
      await stage.send('handed to another tenant', gate, token, MISMATCH)
    },
  },
  {
    name: 'requireUser is switched while requests come in',
    intent: 'anonymous access after it was switched off',
    async play(stage) {
      const { a } = stage.world
      const tenants = memoryDirectory([{ ...searchTenant(a), requireUser: false }])
      const gate = stage.search({ tenants })
      const none = search({ token: null })
      const anonymous = await stage.send('not required', gate, none, PASSES)
      tenants.set(searchTenant(a))
      await stage.send('required', gate, none, MISSING)
      await stage.send('required, optional', gate, none, MISSING, { optional: true })
      if (anonymous.ok)
        stage.judge(
          'the earlier identity, checked again',
          await gate.recheck(anonymous.identity),
          MISSING,
        )
      tenants.set({ ...searchTenant(a), requireUser: false })
      await stage.send('not required again', gate, none, PASSES)
    },
  },
  {
    name: 'a token is revoked after it was cached',
    intent: 'to go on for as long as the cache does',
    async play(stage) {
      const revoked = new Set<string | undefined>()
      const gate = stage.widget({ revocation: { isRevoked: ({ jti }) => revoked.has(jti) } })
      const token = widgetOnce(stage.world, { claims: { jti: 'jti-1' } })
      const other = widgetOnce(stage.world, { claims: { jti: 'jti-2' } })
      const identity = await stage.enter('cached', gate, token)
      await stage.send('another, cached', gate, other, PASSES)
      revoked.add('jti-1')
      await stage.send('revoked', gate, token, REVOKED)
      await stage.send('the other one', gate, other, PASSES)
      stage.judge('an open connection, checked again', await gate.recheck(identity), REVOKED)
    },
  },
  {
    name: 'the revocation store fails while a token is cached',
    intent: 'a revoked token in the moment of an outage',
    async play(stage) {
      const answers: (() => boolean | Promise<boolean>)[] = [
        () => false,
        () => {
          throw new Error('down')
        },
        () => Promise.reject(new Error('down')),
        () => new Promise<boolean>(() => {}),
        () => undefined as unknown as boolean,
        () => 'no' as unknown as boolean,
        () => 0 as unknown as boolean,
        () => ({ revoked: false }) as unknown as boolean,
      ]
      let answer = answers[0] as () => boolean | Promise<boolean>
      const gate = stage.widget({ lookupTimeout: 100, revocation: { isRevoked: () => answer() } })
      const token = widgetOnce(stage.world)
      await stage.send('cached', gate, token, PASSES)
      for (const [index, next] of answers.slice(1).entries()) {
        answer = next
        await stage.send(`failure ${index + 1}`, gate, token, UNAVAILABLE)
      }
    },
  },
])
