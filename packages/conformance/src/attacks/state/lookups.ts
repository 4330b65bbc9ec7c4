import { memoryDirectory, type Tenant } from '@countersign/core'
import { MISSING, PASSES, REJECTED, UNAVAILABLE } from '../attack.ts'
import { hs256, mint } from '../mint.ts'
import { search, widget, widgetClaims, widgetToken } from '../requests.ts'
import { KID, searchTenant, widgetTenant } from '../world.ts'
import { database, directory, thrower } from './own-directory.ts'
import { stateGroup, type StateAttack } from './stage.ts'

/** Which tenant's record a token is judged by. */
export const lookups: readonly StateAttack[] = stateGroup('directories', [
  ...(['a first', 'b first', 'at once'] as const).map(
    (order) =>
      ({
        name: `two tenants with one kid, ${order}`,
        intent: "a key cache by kid: the neighbour's key for one's own tokens (CVE-2026-49998)",
        async play(stage) {
          const { a, b } = stage.world
          const tenants = database([widgetTenant(a), widgetTenant(b)])
          const gate = stage.widget({ tenants })
          const header = { alg: 'HS256', kid: KID }
          const genuine = [a, b].map(
            (as) => () => stage.send(`${as.id}'s`, gate, widget({ as, header }), PASSES),
          )
          const forged = [
            () =>
              stage.send(
                'b by a',
                gate,
                widget({ as: b, header, signer: hs256(a.secret) }),
                REJECTED,
              ),
            () =>
              stage.send(
                'a by b',
                gate,
                widget({ as: a, header, signer: hs256(b.secret) }),
                REJECTED,
              ),
          ]
          const steps = [...genuine, ...forged]
          if (order === 'at once')
            await Promise.all([...steps, ...steps.toReversed()].map((step) => step()))
          else for (const step of order === 'a first' ? steps : steps.toReversed()) await step()
          for (const step of steps) await step()
        },
      }) satisfies Omit<StateAttack, 'group'>,
  ),
  {
    name: 'two tenants with one public key',
    intent: "a token of one tenant that the other one's record verifies as well",
    async play(stage) {
      const { a, b } = stage.world
      const gate = stage.search({
        tenants: [searchTenant(a), searchTenant({ ...b, rsa: a.rsa, issuer: a.issuer })],
      })
      await stage.send("a's token, a's API key", gate, search(), PASSES)
      await stage.send("a's token, b's API key", gate, search({ apiKey: b.apiKey }), {
        status: 403,
        code: 'tenant_mismatch',
      })
    },
  },
  {
    name: 'a tenant goes over to public keys',
    intent: 'the public key as secret, in the moment between two kinds of key',
    async play(stage) {
      const { a } = stage.world
      let record: unknown = widgetTenant(a)
      const gate = stage.widget({ tenants: directory(() => record), directoryCache: false })
      const old = widgetToken(stage.world)
      await stage.send('cached', gate, widget({ token: old }), PASSES)
      record = { id: a.id, keys: [{ alg: 'RS256', publicKey: a.rsa.pem }] }
      await stage.send('old token', gate, widget({ token: old }), REJECTED)
      await stage.send('the PEM as secret', gate, widget({ signer: hs256(a.rsa.pem) }), REJECTED)
      record = { id: a.id, keys: [...widgetTenant(a).keys, { alg: 'RS256', publicKey: a.rsa.pem }] }
      await stage.send('both kinds at once', gate, widget({ token: old }), UNAVAILABLE)
    },
  },
  {
    name: 'tenant ids that cannot be ids',
    intent: 'a directory that is asked for what the attacker writes',
    async play(stage) {
      const tenants = database([widgetTenant(stage.world.a)])
      const gate = stage.widget({ tenants })
      for (const tenantId of [
        '',
        ' ',
        'ten a',
        'ten_a\n',
        '\u00e9',
        'x'.repeat(129),
        '\0',
        'ten_a\u200b',
      ])
        await stage.send(
          JSON.stringify(tenantId.slice(0, 12)),
          gate,
          widget({ claims: { tenantId } }),
          REJECTED,
        )
      stage.check('the directory was not asked', tenants.calls.length === 0)
    },
  },
  {
    name: 'a difference is refused without a look-up',
    intent: 'a directory that tells by its answer time which tenants there are',
    async play(stage) {
      const tenants = database([widgetTenant(stage.world.a)])
      const gate = stage.widget({ tenants })
      await stage.send('known and known', gate, widget({ hint: 'ten_b' }), {
        status: 403,
        code: 'tenant_mismatch',
      })
      await stage.send('known and unknown', gate, widget({ hint: 'ten_x' }), {
        status: 403,
        code: 'tenant_mismatch',
      })
      stage.check('the directory was not asked', tenants.calls.length === 0)
    },
  },
  {
    name: 'a tenant function that goes wrong',
    intent: 'a host or path that names nobody, and so any tenant',
    async play(stage) {
      let named: () => unknown = () => undefined
      const gate = stage.widget({ tenant: () => named() as string })
      await stage.send('undefined: the token names it', gate, widget(), PASSES)
      for (const wrong of [null, 0, {}, ['ten_a'], Object, Promise.resolve('ten_a')]) {
        named = () => wrong
        await stage.send(`gives ${typeof wrong}`, gate, widget(), UNAVAILABLE)
      }
      named = thrower
      await stage.send('throws', gate, widget(), UNAVAILABLE)
      await stage.send('throws, no token, optional', gate, widget({ token: null }), UNAVAILABLE, {
        optional: true,
      })
      named = () => ''
      await stage.send('the empty text', gate, widget(), { status: 403, code: 'tenant_mismatch' })
    },
  },
  {
    name: 'a memory directory refuses a bad record and stays as it was',
    intent: 'a tenant that is lost, or opened, by a broken update',
    async play(stage) {
      const { a } = stage.world
      const tenants = memoryDirectory([widgetTenant(a)])
      const gate = stage.widget({ tenants })
      await stage.send('before', gate, widget(), PASSES)
      let refused = false
      try {
        tenants.set({ id: a.id, keys: [{ alg: 'HS256', secret: '' }] })
      } catch (error) {
        refused = error instanceof TypeError && !error.message.includes(a.secret)
      }
      stage.check('is refused', refused)
      await stage.send('after', gate, widget(), PASSES)
      await stage.send('the empty secret', gate, widget({ signer: hs256('') }), REJECTED)
      await stage.send('no token', gate, widget({ token: null }), MISSING)
    },
  },
  {
    name: 'a token of a tenant that appears later',
    intent:
      'none: an unknown tenant is remembered as unknown for five seconds, or until it is invalidated',
    async play(stage) {
      const { a } = stage.world
      let record: Tenant | undefined
      const gate = stage.widget({ tenants: directory(() => Promise.resolve(record)) })
      const token = mint({ alg: 'HS256' }, widgetClaims(stage.world), hs256(a.secret))
      await stage.send('unknown', gate, widget({ token }), REJECTED)
      record = widgetTenant(a)
      stage.pass(5)
      await stage.send('known', gate, widget({ token }), PASSES)
      record = undefined
      gate.invalidate(a.id)
      await stage.send('unknown again', gate, widget({ token }), REJECTED)
      record = widgetTenant(a)
      gate.invalidate(a.id)
      await stage.send('known at once', gate, widget({ token }), PASSES)
    },
  },
])
