import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { AuthenticatorOptions, Tenant } from '@countersign/core'
import { PASSES, REJECTED, UNAVAILABLE, type Make } from '../attack.ts'
import { es256, hs256, rs256, type Signer } from '../mint.ts'
import { search } from '../requests.ts'
import { KID, searchTenant, type Party } from '../world.ts'
import { stateGroup, type StateAttack } from './stage.ts'

const URL = 'https://auth.customer.example/jwks.json'

/** A tenant that publishes its keys; all of them at one address, which says nothing about whose they are. */
function publishing(party: Party): Tenant {
  return { ...searchTenant(party), keys: [{ algorithms: ['RS256'], jwksUrl: URL }] }
}

function jwkOf(key: KeyObject, more: object = {}): object {
  return { ...key.export({ format: 'jwk' }), kid: KID, ...more }
}

type Fetch = NonNullable<AuthenticatorOptions['fetch']>

/** A host of keys, which answers what it is told to. */
class Host {
  keys: readonly object[]
  respond: (() => Response | Promise<Response>) | undefined
  readonly asked: string[] = []
  readonly fetch: Fetch = async (url) => {
    this.asked.push(url)
    return (this.respond ?? (() => Response.json({ keys: this.keys })))()
  }

  constructor(...keys: readonly object[]) {
    this.keys = keys
  }
}

const down = (): Promise<never> => Promise.reject(new Error('connect ECONNREFUSED'))

/** A request whose token a signer made, with a `kid` and what else the header is to say. */
function signed(signer: Signer, header: object = {}, as?: Party): Make {
  const parts = { signer, header: { alg: 'RS256', typ: 'JWT', kid: KID, ...header } }
  return search(as === undefined ? parts : { ...parts, as })
}

/** Keys that a host publishes, and which must not verify: each is signed with. */
const NO_KEYS: readonly (readonly [string, () => { jwk: object; signer: Signer; alg?: string }])[] =
  [
    [
      'an oct key, used as an HMAC secret',
      () => {
        const secret = 'published-for-everybody-to-read-0001'
        const k = Buffer.from(secret).toString('base64url')
        return { jwk: { kty: 'oct', k, kid: KID }, signer: hs256(secret), alg: 'HS256' }
      },
    ],
    [
      'an oct key that says it is for RS256',
      () => {
        const secret = 'published-for-everybody-to-read-0002'
        const k = Buffer.from(secret).toString('base64url')
        return { jwk: { kty: 'oct', k, kid: KID, alg: 'RS256' }, signer: hs256(secret) }
      },
    ],
    [
      'RSA of 1024 bits',
      () => {
        const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
        return { jwk: jwkOf(publicKey), signer: rs256(privateKey) }
      },
    ],
    [
      'RSA with the exponent 3',
      () => {
        const options = { modulusLength: 2048, publicExponent: 3 }
        const { publicKey, privateKey } = generateKeyPairSync('rsa', options)
        return { jwk: jwkOf(publicKey), signer: rs256(privateKey) }
      },
    ],
    [
      'a private key',
      () => {
        const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
        return { jwk: jwkOf(privateKey), signer: rs256(privateKey) }
      },
    ],
    [
      'a key for encryption',
      () => {
        const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
        return { jwk: jwkOf(publicKey, { use: 'enc' }), signer: rs256(privateKey) }
      },
    ],
    [
      'a key of an algorithm that the record does not list',
      () => {
        const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
        return { jwk: jwkOf(publicKey), signer: es256(privateKey), alg: 'ES256' }
      },
    ],
  ]

/** Keys that are fetched: whose they are, how long they count, and what a host may do. */
export const keySets: readonly StateAttack[] = stateGroup('key sets', [
  ...NO_KEYS.map(
    ([name, make]) =>
      ({
        name: `a host publishes ${name}`,
        intent: 'a key that no record could hold, let in by another door',
        async play(stage) {
          const { a } = stage.world
          const { jwk, signer, alg = 'RS256' } = make()
          const host = new Host(jwk, { ...a.rsa.jwk, kid: 'sound' })
          const gate = stage.search({ tenants: [publishing(a)], fetch: host.fetch })
          await stage.send('the sound key beside it', gate, search(), PASSES)
          await stage.send('forged', gate, signed(signer, { alg }), REJECTED)
          host.keys = [jwk]
          gate.invalidate(a.id)
          await stage.send('forged, and nothing beside it', gate, signed(signer), UNAVAILABLE)
        },
      }) satisfies Omit<StateAttack, 'group'>,
  ),
  {
    name: 'two tenants with one address and one kid',
    intent: "another tenant's key, out of a cache that goes by address or kid (CVE-2026-49998)",
    async play(stage) {
      const { a, b } = stage.world
      const host = new Host({ ...a.rsa.jwk, kid: KID })
      const tenants = [publishing(a), publishing(b)]
      const gate = stage.search({ tenants, fetch: host.fetch })
      const [bySelf, forB] = [rs256(a.rsa.private), signed(rs256(a.rsa.private), {}, b)]
      await stage.send('a, whose set is held from here on', gate, signed(bySelf), PASSES)
      host.keys = [{ ...b.rsa.jwk, kid: KID }]
      await stage.send("b, signed with a's key", gate, forB, REJECTED)
      await stage.send('b', gate, signed(rs256(b.rsa.private), {}, b), PASSES)
      await stage.send("a, signed with b's key", gate, signed(rs256(b.rsa.private)), REJECTED)

      const crowd = stage.search({ tenants, fetch: host.fetch })
      host.keys = [{ ...b.rsa.jwk, kid: KID }]
      await Promise.all([
        stage.send('b, at once', crowd, signed(rs256(b.rsa.private), {}, b), PASSES),
        stage.send("b, signed with a's key, at once", crowd, forB, REJECTED),
        stage.send('a, at once', crowd, signed(bySelf), REJECTED),
      ])
      stage.check('each tenant had a set of its own', host.asked.length === 4)
    },
  },
  {
    name: 'addresses and keys in the header of a token',
    intent: 'a key that the attacker brings along (jku, x5u, jwk, kid)',
    async play(stage) {
      const { a, attacker } = stage.world
      const host = new Host({ ...a.rsa.jwk, kid: KID })
      const gate = stage.search({ tenants: [publishing(a)], fetch: host.fetch })
      const evil = 'https://evil.example/jwks.json'
      const by = rs256(attacker.rsa.private)
      for (const header of [
        { jku: evil },
        { x5u: evil },
        { jwk: attacker.rsa.jwk },
        { kid: evil },
        { kid: `../../../evil.example/${KID}` },
        { kid: '@evil.example/' },
        { kid: '?redirect=https://evil.example' },
        { kid: '' },
        { kid: '__proto__' },
      ])
        await stage.send(JSON.stringify(header).slice(0, 30), gate, signed(by, header), REJECTED)
      await stage.send('sound', gate, signed(rs256(a.rsa.private)), PASSES)
      stage.check('no other address was asked', new Set(host.asked).size === 1)
    },
  },
  {
    name: 'a flood of tokens with a kid that nobody knows',
    intent: "a host that is brought down by its customer's service",
    async play(stage) {
      const { a, attacker } = stage.world
      const host = new Host({ ...a.rsa.jwk, kid: KID })
      const gate = stage.search({ tenants: [publishing(a)], fetch: host.fetch })
      await stage.send('sound', gate, signed(rs256(a.rsa.private)), PASSES)
      const by = rs256(attacker.rsa.private)
      for (let second = 0; second < 30; second++) {
        for (let n = 0; n < 5; n++)
          await stage.send('forged', gate, signed(by, { kid: `${second} ${n}` }), REJECTED)
        stage.pass(1)
      }
      stage.check('at most once in ten seconds', host.asked.length <= 3)
      await stage.send('sound again', gate, signed(rs256(a.rsa.private)), PASSES)
    },
  },
  {
    name: 'a key is taken out of the set while its token is cached',
    intent: 'a verdict that outlives its key',
    async play(stage) {
      const { a, b } = stage.world
      const host = new Host({ ...a.rsa.jwk, kid: KID })
      const gate = stage.search({ tenants: [publishing(a)], fetch: host.fetch })
      const token = signed(rs256(a.rsa.private))(stage.world)
      const again: Make = () => token
      await stage.send('cached', gate, again, PASSES)
      host.keys = [{ ...b.rsa.jwk, kid: KID }]
      stage.pass(599)
      await stage.send('within ten minutes', gate, again, PASSES)
      stage.pass(1)
      await stage.send('after ten minutes', gate, again, REJECTED)
      host.respond = down
      stage.pass(1200)
      await stage.send('in an outage', gate, again, UNAVAILABLE)
    },
  },
  {
    name: 'a host that takes all of its keys away',
    intent: 'an empty set that reads as an outage, in which the old keys go on',
    async play(stage) {
      const { a } = stage.world
      const host = new Host({ ...a.rsa.jwk, kid: KID })
      const gate = stage.search({ tenants: [publishing(a)], fetch: host.fetch })
      const token = signed(rs256(a.rsa.private))
      await stage.send('sound', gate, token, PASSES)
      host.keys = []
      stage.pass(600)
      await stage.send('without keys', gate, token, UNAVAILABLE)
      host.respond = down
      stage.pass(60)
      await stage.send('without keys, and down', gate, token, UNAVAILABLE)
    },
  },
  {
    name: 'a host that sends the gateway elsewhere',
    intent: 'keys of the attacker, or a look into the network, by a redirect',
    async play(stage) {
      const { a, attacker } = stage.world
      const host = new Host()
      const followed = Response.json({ keys: [{ ...attacker.rsa.jwk, kid: KID }] })
      Object.defineProperty(followed, 'redirected', { value: true })
      for (const respond of [
        () => new Response(null, { status: 302, headers: { location: 'https://evil.example/' } }),
        () => Response.redirect('http://169.254.169.254/latest/meta-data/', 307),
        () => followed,
      ]) {
        host.respond = respond
        const gate = stage.search({ tenants: [publishing(a)], fetch: host.fetch })
        const forged = signed(rs256(attacker.rsa.private))
        await stage.send('forged', gate, forged, UNAVAILABLE)
      }
      stage.check('no other address was asked', new Set(host.asked).size === 1)
    },
  },
  {
    name: 'an outage of the host',
    intent: 'an outage that reads as a pass, as a refusal, or that lasts for ever',
    async play(stage) {
      const { a, attacker } = stage.world
      const host = new Host({ ...a.rsa.jwk, kid: KID })
      const gate = stage.search({ tenants: [publishing(a)], fetch: host.fetch })
      const [sound, forged] = [signed(rs256(a.rsa.private)), signed(rs256(attacker.rsa.private))]
      host.respond = down
      await stage.send('nothing held', gate, sound, UNAVAILABLE)
      await stage.send('nothing held, forged', gate, forged, UNAVAILABLE)
      host.respond = undefined
      stage.pass(5)
      await stage.send('back', gate, sound, PASSES)
      host.respond = down
      stage.pass(1199)
      await stage.send('held', gate, sound, PASSES)
      await stage.send('held, forged', gate, forged, UNAVAILABLE)
      stage.pass(1)
      await stage.send('held for too long', gate, sound, UNAVAILABLE)
    },
  },
])
