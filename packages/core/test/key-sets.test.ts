import { describe, expect, it } from 'vitest'
import { createKeySets, hasKeySets, type KeySets, type TenantWithKeySets } from '../src/key-sets.ts'
import type { PreparedKey } from '../src/keys.ts'
import { prepareTenant } from '../src/tenant.ts'
import { listen } from './fixtures/events.ts'
import { jwkOf, jwksHost, type JwksHost } from './fixtures/jwks-host.ts'
import { ed25519, otherP256, p256, rsa, type KeyPair } from './fixtures/keys.ts'
import { partsOf, refusalOf } from './fixtures/refusals.ts'
import { NOW } from './fixtures/tokens.ts'

const URL = 'https://acme.example/jwks'
const setOf = (...jwks: object[]): object => ({ keys: jwks })
const old = jwkOf(p256().publicKey, { kid: 'old' })
const fresh = jwkOf(otherP256().publicKey, { kid: 'new' })
const down = (response: { socket: { destroy(): void } | null }): void => response.socket?.destroy()
const UNAVAILABLE = {
  code: 'keys_unavailable',
  reason: 'a key set of the tenant',
  claim: undefined,
}

function tenantOf(...keys: object[]): TenantWithKeySets {
  const tenant = prepareTenant({ id: 'acme', keys })
  return hasKeySets(tenant) ? tenant : expect.unreachable('it has no key set')
}
const acme = tenantOf({ algorithms: ['ES256'], jwksUrl: URL })

interface World {
  readonly host: JwksHost
  readonly sets: KeySets
  readonly clock: { at: number }
  /** What became of a token that a key signed, with a kid or without. */
  ask(signer: KeyPair, kid?: string, tenant?: TenantWithKeySets, alg?: string): Promise<unknown>
  /** What {@link ask} gives where it passes. */
  found(...given: Parameters<World['ask']>): Promise<PreparedKey>
}

async function world(
  answer: JwksHost['answer'] = setOf(old),
  options: { maxStale?: number; maxEntries?: number; timeoutMs?: number } = {},
): Promise<World> {
  const host = await jwksHost(answer)
  const clock = { at: NOW }
  const sets = createKeySets({
    fetch: host.fetch,
    timeoutMs: 5000,
    maxStale: 600,
    maxEntries: 100,
    clock: () => clock.at,
    random: () => 1,
    ...options,
  })
  const ask: World['ask'] = async (signer, kid, tenant = acme, alg = 'ES256') => {
    try {
      return await sets.find(tenant, { alg, kid }, ({ material }) =>
        material.equals(signer.publicKey),
      )
    } catch (error) {
      return partsOf(error)
    }
  }
  const found: World['found'] = async (...given) => {
    const key = await ask(...given)
    expect(key).toHaveProperty('material')
    return key as PreparedKey
  }
  return { host, sets, clock, ask, found }
}

/** Until what runs beside the requests has come to an end. */
async function settle({ host }: World, fetches: number): Promise<void> {
  await expect.poll(() => host.asked.length, { interval: 1 }).toBe(fetches)
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
}

describe('a key of a set', () => {
  it('is found, and known at once from then on', async () => {
    const { sets, found, host } = await world(setOf(old, fresh))
    expect(await found(p256(), 'old')).toMatchObject({ kid: 'old', label: 'old', alg: 'ES256' })
    const matches = ({ kid }: PreparedKey): boolean => kid === 'new'
    expect(sets.find(acme, { alg: 'ES256', kid: 'new' }, matches)).toMatchObject({ kid: 'new' })
    expect(sets.find(acme, { alg: 'ES256', kid: 'new' }, () => false)).toBeUndefined()
    expect(host.asked).toEqual(['acme.example/jwks'])
  })

  it('is called by its kid, else by the places of the set and in the set', async () => {
    const { found } = await world(setOf(old, jwkOf(otherP256().publicKey)))
    const tenant = tenantOf(
      { alg: 'ES256', publicKey: p256().pem, notAfter: 1 },
      { algorithms: ['ES256'], jwksUrl: URL },
    )
    expect((await found(p256(), undefined, tenant)).label).toBe('old')
    expect((await found(otherP256(), undefined, tenant)).label).toBe('#2.2')
  })

  it('serves the algorithms that the record lists, and not the others that it could', async () => {
    const { ask, found, host } = await world(setOf(jwkOf(rsa().publicKey), old))
    const tenant = tenantOf({ algorithms: ['PS256'], jwksUrl: URL })
    expect(await found(rsa(), undefined, tenant, 'PS256')).toMatchObject({ alg: 'PS256' })
    expect(await ask(rsa(), undefined, tenant, 'RS256')).toBeUndefined()
    expect(await ask(p256(), undefined, tenant, 'ES256')).toBeUndefined()
    expect(host.asked).toHaveLength(1)
  })

  it('of an algorithm that no set lists costs no fetch', async () => {
    const { ask, host } = await world()
    expect(await ask(rsa(), 'x', acme, 'RS256')).toBeUndefined()
    expect(host.asked).toEqual([])
  })

  it('counts within the bounds of its set, at the second, and is not fetched outside of them', async () => {
    const w = await world()
    const tenant = tenantOf({
      algorithms: ['ES256'],
      jwksUrl: URL,
      notBefore: NOW,
      notAfter: NOW + 10,
    })
    for (const [at, passes] of [
      [NOW - 0.001, false],
      [NOW, true],
      [NOW + 9.999, true],
      [NOW + 10, false],
    ] as const) {
      w.clock.at = at
      if (passes) expect((await w.found(p256(), 'old', tenant)).kid).toBe('old')
      else expect(await w.ask(p256(), 'old', tenant)).toBeUndefined()
      expect(w.host.asked).toHaveLength(at < NOW ? 0 : 1)
    }
  })

  it('counts at the instant at which it has come', async () => {
    const w = await world()
    const tenant = tenantOf({ algorithms: ['ES256'], jwksUrl: URL, notAfter: NOW + 10 })
    w.host.answer = (response) => {
      w.clock.at = NOW + 10
      response.end(JSON.stringify(setOf(old)))
    }
    expect(await w.ask(p256(), 'old', tenant)).toBeUndefined()
  })

  it('follows another record of its tenant without another fetch', async () => {
    const { ask, found, host } = await world(setOf(jwkOf(rsa().publicKey), old))
    await found(p256())
    const wider = tenantOf(
      { alg: 'EdDSA', publicKey: ed25519().pem },
      { algorithms: ['RS256', 'ES256'], jwksUrl: URL, notAfter: NOW + 1 },
    )
    expect(await found(rsa(), undefined, wider, 'RS256')).toMatchObject({
      label: '#2.1',
      notAfter: NOW + 1,
    })
    expect(await ask(rsa(), undefined, acme, 'RS256')).toBeUndefined()
    expect(host.asked).toHaveLength(1)
  })
})

describe('several keys', () => {
  const order = async (
    kid: string | undefined,
    tenant: TenantWithKeySets,
    w: World,
  ): Promise<string[]> => {
    const tried: string[] = []
    await w.sets.find(tenant, { alg: 'ES256', kid }, ({ label }) => {
      tried.push(label)
      return false
    })
    return tried
  }
  const both = tenantOf(
    { alg: 'ES256', publicKey: p256().pem, kid: 'static' },
    { alg: 'RS256', publicKey: rsa().pem },
    { algorithms: ['ES256'], jwksUrl: URL },
  )

  it('are tried as the token names them, then those of the record, then those of the set', async () => {
    const w = await world(setOf(old, fresh))
    await w.found(otherP256(), 'new', both)
    // The key "old" is the static one once more: the same key is not tried twice.
    expect(await order(undefined, both, w)).toEqual(['static', 'new'])
    expect(await order('static', both, w)).toEqual(['static', 'new'])
    expect(await order('new', both, w)).toEqual(['new', 'static'])
    expect(await order('old', both, w)).toEqual(['old', 'new'])
  })

  it('with one kid are all tried first', async () => {
    const w = await world(setOf(old, { ...fresh, kid: 'static' }))
    await w.found(otherP256(), 'static', both)
    expect(await order('static', both, w)).toEqual(['static', 'static'])
  })

  it('are tried whatever kid the token names', async () => {
    const w = await world(setOf(old, fresh))
    for (const kid of [undefined, 'old', 'new', 'static', 'unknown', ''])
      for (const pair of [p256(), otherP256()]) await w.found(pair, kid, both)
  })

  it('at hand need no fetch: a customer moves to a set whose host is down', async () => {
    const w = await world(down)
    expect((await w.found(p256(), 'static', both)).label).toBe('static')
    expect(w.host.asked).toEqual([])
    expect(await w.ask(otherP256(), 'new', both)).toEqual(UNAVAILABLE)
    expect((await w.found(p256(), 'static', both)).label).toBe('static')
  })

  it('are at most 8 signatures for a token, of which the named one is the first', async () => {
    // One key under many names would be tried once, so these differ in their names and bytes.
    const many = Array.from({ length: 12 }, (_, n) => ({ ...rsaJwk(n), kid: `k${n}` }))
    const w = await world(setOf(...many))
    const tenant = tenantOf({ algorithms: ['RS256'], jwksUrl: URL })
    const tried: string[] = []
    const count = ({ label }: PreparedKey): boolean => {
      tried.push(label)
      return false
    }
    await w.ask(p256(), undefined, tenant, 'RS256')
    await w.sets.find(tenant, { alg: 'RS256', kid: 'k11' }, count)
    expect(tried).toEqual(['k11', 'k0', 'k1', 'k2', 'k3', 'k4', 'k5', 'k6'])
  })

  function rsaJwk(n: number): object {
    const modulus = Buffer.from(rsa().publicKey.export({ format: 'jwk' }).n ?? '', 'base64url')
    modulus[100] = n
    return { ...jwkOf(rsa().publicKey), n: modulus.toString('base64url') }
  }
})

describe('a set is held', () => {
  it('for ten minutes, then fetched again before it counts', async () => {
    const w = await world()
    await w.found(p256())
    w.host.answer = setOf(fresh)
    w.clock.at += 600
    expect(await w.ask(p256())).toBeUndefined()
    expect((await w.found(otherP256())).kid).toBe('new')
    expect(w.host.asked).toHaveLength(2)
  })

  it('and fetched beside the requests before that, so that none has to wait', async () => {
    const w = await world()
    await w.found(p256())
    w.clock.at += 569
    await w.found(p256())
    expect(w.host.asked).toHaveLength(1)
    w.clock.at += 1
    w.host.answer = setOf(old, fresh)
    const find = (): unknown => w.sets.find(acme, { alg: 'ES256', kid: undefined }, () => true)
    expect(find()).not.toBeInstanceOf(Promise)
    expect(find()).not.toBeInstanceOf(Promise)
    await settle(w, 2)
    expect((await w.found(otherP256(), 'new')).kid).toBe('new')
    w.clock.at += 599
    expect(find()).not.toBeInstanceOf(Promise)
  })

  it('not by a time that is still to come: a clock that jumps back makes it be fetched', async () => {
    const w = await world()
    await w.found(p256())
    w.host.answer = setOf(fresh)
    w.clock.at -= 3600
    expect(await w.ask(p256())).toBeUndefined()
    expect((await w.found(otherP256())).kid).toBe('new')
    expect(w.host.asked).toHaveLength(2)
  })

  it('until its tenant is forgotten', async () => {
    const w = await world()
    const other = { ...acme, id: 'acme2' }
    await w.found(p256())
    await w.found(p256(), undefined, other)
    w.sets.invalidate('acme')
    w.host.answer = setOf(fresh)
    expect(await w.ask(p256())).toBeUndefined()
    expect((await w.found(p256(), undefined, other)).kid).toBe('old')
    expect(w.host.asked).toHaveLength(3)
  })

  it('is not what was on its way when its tenant was forgotten', async () => {
    const w = await world()
    const answers: (() => void)[] = []
    w.host.answer = (response) => {
      const text = JSON.stringify(setOf(answers.length === 0 ? old : fresh))
      answers.push(() => response.end(text))
    }
    const early = w.ask(p256())
    await expect.poll(() => answers.length, { interval: 1 }).toBe(1)
    w.sets.invalidate('acme')
    const late = w.ask(p256())
    await expect.poll(() => answers.length, { interval: 1 }).toBe(2)
    for (const answer of answers) answer()
    expect(await early).toMatchObject({ kid: 'old' }) // it was asked before
    expect(await late).toBeUndefined()
    expect(await w.ask(p256())).toBeUndefined()
  })

  it('among a bounded number: the ones that were used last', async () => {
    const w = await world(setOf(old), { maxEntries: 2 })
    const named = (id: string): TenantWithKeySets => ({ ...acme, id })
    for (const id of ['a', 'b', 'a', 'c', 'a']) await w.found(p256(), undefined, named(id))
    expect(w.host.asked).toHaveLength(3)
    await w.found(p256(), undefined, named('b'))
    expect(w.host.asked).toHaveLength(4)
  })
})

describe('the sets of one tenant', () => {
  const two = tenantOf(
    { algorithms: ['ES256'], jwksUrl: URL },
    { algorithms: ['ES256'], jwksUrl: `${URL}/2` },
  )

  it('count as one, so that they cannot push each other out', async () => {
    const w = await world(setOf(old), { maxEntries: 1 })
    w.host.answer = (response, { url }) =>
      response.end(JSON.stringify(url === '/jwks' ? setOf(old) : setOf(fresh)))
    for (let i = 0; i < 3; i++) {
      await w.found(p256(), 'old', two)
      await w.found(otherP256(), 'new', two)
    }
    expect(w.host.asked.toSorted()).toEqual(['acme.example/jwks', 'acme.example/jwks/2'])
  })

  it('fail apart: one that is down keeps no token of the other from passing', async () => {
    const w = await world()
    w.host.answer = (response, { url }) =>
      url === '/jwks' ? down(response) : response.end(JSON.stringify(setOf(fresh)))
    expect((await w.found(otherP256(), 'new', two)).kid).toBe('new')
    expect(await w.ask(p256(), 'old', two)).toEqual(UNAVAILABLE)
    expect(await w.ask(p256(), 'new', two)).toEqual(UNAVAILABLE)
  })

  it('go with the record: an address that is taken out and comes back is asked again', async () => {
    const w = await world()
    await w.found(p256(), 'old', two)
    await w.found(p256(), 'old', acme)
    expect(w.host.asked).toHaveLength(2)
    await w.ask(otherP256(), 'old', two)
    expect(w.host.asked).toHaveLength(3)
  })
})

describe('no two tenants meet', () => {
  const globex = { ...acme, id: 'globex' }

  it('also with one address and one kid, at once, in both orders (CVE-2026-49998)', async () => {
    for (const order of [
      [acme, globex],
      [globex, acme],
    ]) {
      const w = await world()
      // The host tells them apart by the order in which they ask.
      let asked = 0
      w.host.answer = (response) => {
        const jwk = asked++ === 0 ? { ...old, kid: 'k' } : { ...fresh, kid: 'k' }
        response.end(JSON.stringify(setOf(jwk)))
      }
      const [first, second] = order as [TenantWithKeySets, TenantWithKeySets]
      const answers = await Promise.all([
        w.ask(p256(), 'k', first),
        w.ask(p256(), 'k', second),
        w.ask(otherP256(), 'k', first),
        w.ask(otherP256(), 'k', second),
      ])
      const passes = answers.map((answer) => answer !== undefined)
      // Which request reaches the host first is the network's to say; that each tenant has one set is not.
      expect([
        [true, false, false, true],
        [false, true, true, false],
      ]).toContainEqual(passes)
      expect(w.host.asked).toHaveLength(2)
    }
  })

  it('whose ids and addresses are alike when they are written one behind the other', async () => {
    const w = await world()
    const one = { ...tenantOf({ algorithms: ['ES256'], jwksUrl: 'https://x/y' }), id: 'a' }
    const two = {
      ...tenantOf({ algorithms: ['ES256'], jwksUrl: 'https://x/' }),
      id: 'ahttps://x/y',
    }
    await w.found(p256(), undefined, one)
    w.host.answer = setOf(fresh)
    expect(await w.ask(p256(), undefined, two)).toBeUndefined()
    expect(w.host.asked).toEqual(['x/y', 'x/'])
  })

  it('one failing host leaves the others alone', async () => {
    const w = await world()
    await w.found(p256(), undefined, globex)
    w.host.answer = down
    expect(await w.ask(p256())).toEqual(UNAVAILABLE)
    expect((await w.found(p256(), undefined, globex)).kid).toBe('old')
  })
})

describe('many requests at once', () => {
  it('make one fetch, and agree', async () => {
    const w = await world()
    const all = await Promise.all(Array.from({ length: 1000 }, async () => w.found(p256(), 'old')))
    expect(new Set(all).size).toBe(1)
    expect(w.host.asked).toHaveLength(1)
  })

  it('make one fetch that fails, and agree', async () => {
    const w = await world(down)
    const all = await Promise.all(Array.from({ length: 1000 }, async () => w.ask(p256(), 'old')))
    for (const answer of all) expect(answer).toEqual(UNAVAILABLE)
    expect(w.host.asked).toHaveLength(1)
  })
})

describe('a kid that no key has', () => {
  it('has the set fetched once more: a new key counts at once', async () => {
    const w = await world()
    await w.found(p256(), 'old')
    w.host.answer = setOf(old, fresh)
    w.clock.at += 10
    expect((await w.found(otherP256(), 'new')).kid).toBe('new')
    expect(w.host.asked).toHaveLength(2)
  })

  it('has it fetched once in ten seconds, to the millisecond', async () => {
    const w = await world()
    await w.found(p256(), 'old')
    for (const [after, fetches] of [
      [0, 1],
      [9.999, 1],
      [10, 2],
      [19.999, 2],
      [20, 3],
    ] as const) {
      w.clock.at = NOW + after
      expect(await w.ask(otherP256(), `kid-${after}`)).toBeUndefined()
      expect(w.host.asked).toHaveLength(fetches)
    }
  })

  it('10 000 of them make one fetch in ten seconds, and are kept nowhere', async () => {
    const w = await world()
    await w.found(p256(), 'old')
    for (let second = 0; second < 100; second++) {
      w.clock.at = NOW + second
      const flood = Array.from({ length: 100 }, async (_, n) =>
        w.ask(otherP256(), `../../${second}/${n}?x=${'k'.repeat(200)}`),
      )
      for (const answer of await Promise.all(flood)) expect(answer).toBeUndefined()
      expect((await w.found(p256(), 'old')).kid).toBe('old')
    }
    expect(w.host.asked).toHaveLength(10)
    expect(new Set(w.host.asked)).toEqual(new Set(['acme.example/jwks']))
  })

  it('of a token that a key at hand signed has nothing fetched', async () => {
    const w = await world()
    await w.found(p256(), 'old')
    w.clock.at += 60
    await w.found(p256(), 'unknown')
    expect(w.host.asked).toHaveLength(1)
  })

  it('only that: a token without, or with one that is known, has nothing fetched', async () => {
    const w = await world()
    const tenant = tenantOf(
      { alg: 'RS256', publicKey: rsa().pem, kid: 'ended', notAfter: 1 },
      { algorithms: ['ES256'], jwksUrl: URL },
    )
    await w.found(p256(), 'old', tenant)
    w.clock.at += 60
    for (const kid of [undefined, 'old', 'ended'])
      expect(await w.ask(otherP256(), kid, tenant)).toBeUndefined()
    expect(w.host.asked).toHaveLength(1)
  })

  it('while the host fails is 503, as it cannot be told; what is held still counts', async () => {
    const w = await world()
    await w.found(p256(), 'old')
    w.host.answer = down
    w.clock.at += 10
    expect(await w.ask(otherP256(), 'new')).toEqual(UNAVAILABLE)
    expect(await w.ask(otherP256(), 'other')).toEqual(UNAVAILABLE)
    expect((await w.found(p256(), 'old')).kid).toBe('old')
    expect(await w.ask(otherP256(), 'old')).toBeUndefined()
    expect(w.host.asked).toHaveLength(2)
    w.clock.at += 9.999 // the pause after a failure is over, but not the ten seconds
    expect(await w.ask(otherP256(), 'new')).toEqual(UNAVAILABLE)
    expect(w.host.asked).toHaveLength(2)
    w.host.answer = setOf(old, fresh)
    w.clock.at += 0.001
    expect((await w.found(otherP256(), 'new')).kid).toBe('new')
  })
})

describe('a host that fails', () => {
  it('is 503 where nothing is held, never a verdict', async () => {
    const w = await world(down)
    for (const kid of [undefined, 'old', 'x']) expect(await w.ask(p256(), kid)).toEqual(UNAVAILABLE)
  })

  it.each<[string, JwksHost['answer']]>([
    ['resets', down],
    ['answers 500', (response) => response.writeHead(500).end(JSON.stringify(setOf(old)))],
    ['redirects', (response) => response.writeHead(302, { location: '/x' }).end()],
    ['answers garbage', (response) => response.end('\u0000\u0001garbage')],
    ['answers HTML', (response) => response.end('<html>')],
    ['answers 10 MB', (response) => response.end(Buffer.alloc(10_485_760, 0x20))],
    ['hangs', (): void => undefined],
    ['drips', (response) => void response.write('{"keys":[')],
  ])('that %s is an outage, and what is held counts until its end', async (_, answer) => {
    const w = await world(setOf(old), { timeoutMs: 100, maxStale: 300 })
    await w.found(p256(), 'old')
    w.host.answer = answer
    w.clock.at = NOW + 600
    expect((await w.found(p256(), 'old')).kid).toBe('old') // this one waited
    w.clock.at = NOW + 899.999
    expect((await w.found(p256(), 'old')).kid).toBe('old')
    w.clock.at = NOW + 900
    expect(await w.ask(p256(), 'old')).toEqual(UNAVAILABLE)
    w.host.answer = setOf(old)
    w.clock.at = NOW + 1000
    expect((await w.found(p256(), 'old')).kid).toBe('old')
  })

  it('is no excuse for a key that no set is known to have: 503 while a newer set cannot be read', async () => {
    const w = await world()
    await w.found(p256(), 'old')
    w.host.answer = down
    w.clock.at += 600
    await w.found(p256(), 'old')
    for (const kid of [undefined, 'old', 'new'])
      expect(await w.ask(otherP256(), kid)).toEqual(UNAVAILABLE)
  })

  it('is asked beside the requests while the outage is known, so that none has to wait', async () => {
    const w = await world()
    await w.found(p256())
    w.host.answer = down
    w.clock.at = NOW + 600
    await w.found(p256())
    const find = (): unknown => w.sets.find(acme, { alg: 'ES256', kid: 'old' }, () => true)
    for (let second = 1; second < 300; second++) {
      w.clock.at = NOW + 600 + second
      const before = w.host.asked.length
      expect(find()).not.toBeInstanceOf(Promise)
      if (w.host.asked.length > before) await settle(w, before + 1)
    }
    expect(w.host.asked.length).toBeGreaterThan(5)
    expect(w.host.asked.length).toBeLessThan(12)
  })

  it('that was last seen failing long ago is asked before what is held counts', async () => {
    const w = await world()
    await w.found(p256())
    w.host.answer = down
    w.clock.at = NOW + 600
    await w.found(p256())
    w.host.answer = setOf(fresh)
    w.clock.at = NOW + 600 + 70
    expect(await w.ask(p256(), 'old')).toBeUndefined()
  })

  it('is left alone for 5, 10, 20, 40 and 60 seconds', async () => {
    const w = await world(down)
    const times: number[] = []
    for (let second = 0; second <= 200; second++) {
      w.clock.at = NOW + second
      const before = w.host.asked.length
      expect(await w.ask(p256(), 'old')).toEqual(UNAVAILABLE)
      if (w.host.asked.length > before) times.push(second)
    }
    expect(times).toEqual([0, 5, 15, 35, 75, 135, 195])
  })

  it('is left alone for half of that, or more, as chance has it', async () => {
    const host = await jwksHost(down)
    const clock = { at: NOW }
    const sets = createKeySets({
      fetch: host.fetch,
      timeoutMs: 5000,
      maxStale: 0,
      maxEntries: 1,
      clock: () => clock.at,
      random: () => 0,
    })
    const ask = async (): Promise<unknown> =>
      Promise.resolve(sets.find(acme, { alg: 'ES256', kid: 'x' }, () => true)).catch(partsOf)
    await ask()
    clock.at += 2.499
    expect(refusalOf(() => sets.find(acme, { alg: 'ES256', kid: 'x' }, () => true))).toEqual(
      UNAVAILABLE,
    )
    expect(host.asked).toHaveLength(1)
    clock.at += 0.001
    await ask()
    expect(host.asked).toHaveLength(2)
  })

  it('is asked again when the clock jumps back behind the failure', async () => {
    const w = await world(down)
    expect(await w.ask(p256())).toEqual(UNAVAILABLE)
    w.host.answer = setOf(old)
    w.clock.at -= 86_400
    expect((await w.found(p256())).kid).toBe('old')
  })

  it('does not count as failing any more once it has answered', async () => {
    const w = await world(down)
    await w.ask(p256())
    w.host.answer = setOf(old)
    w.clock.at += 5
    await w.found(p256())
    w.host.answer = down
    w.clock.at += 600
    await w.found(p256())
    w.clock.at += 5 // the first pause once more
    const { length } = w.host.asked
    await w.found(p256())
    await settle(w, length + 1)
  })

  it('holds nothing beyond ten minutes where maxStale is 0', async () => {
    const w = await world(setOf(old), { maxStale: 0 })
    await w.found(p256())
    w.host.answer = down
    w.clock.at += 599.999
    await w.found(p256())
    await settle(w, 2)
    w.clock.at += 0.001
    expect(await w.ask(p256())).toEqual(UNAVAILABLE)
  })

  it('says so on countersign:tenant, once for each attempt', async () => {
    const events = listen('countersign:tenant')
    const w = await world((response) => response.writeHead(500).end())
    for (let i = 0; i < 5; i++) await w.ask(p256())
    expect(events).toEqual([{ tenant: '"acme"', reason: 'key set #1: the answer is not 200' }])
    w.clock.at += 5
    await w.ask(p256())
    expect(events).toHaveLength(2)
  })
})

it('events hold neither the address nor anything of an answer', async () => {
  const events = listen('countersign:tenant')
  const canary = 'canary4711'
  const tenant = tenantOf({ algorithms: ['ES256'], jwksUrl: `${URL}/${canary}?key=${canary}` })
  const w = await world()
  for (const answer of [
    down,
    setOf({ kty: 'oct', k: canary, kid: canary }, { ...old, kid: `${canary}\n` }),
    { [canary]: canary },
    (response: { end(text: string): void }): void => response.end(canary),
    setOf(jwkOf(p256().privateKey, { kid: canary })),
  ] satisfies JwksHost['answer'][]) {
    w.host.answer = answer
    w.clock.at += 100
    await w.ask(p256(), undefined, tenant)
  }
  expect(events.length).toBeGreaterThanOrEqual(7)
  expect(JSON.stringify(events)).not.toContain(canary)
})

describe('a set without a key that can be used', () => {
  it.each<[string, object]>([
    ['is empty', setOf()],
    ['has a private key', setOf(jwkOf(p256().privateKey, { kid: 'old' }))],
    ['has an oct key', setOf({ kty: 'oct', k: 'A'.repeat(43), kid: 'old' })],
    ['has keys of other algorithms', setOf(jwkOf(rsa().publicKey, { kid: 'old' }))],
  ])('since it %s is an outage of its tenant', async (_, answer) => {
    const w = await world(answer)
    for (const kid of [undefined, 'old', 'x']) expect(await w.ask(p256(), kid)).toEqual(UNAVAILABLE)
    expect(w.host.asked).toHaveLength(1)
    w.host.answer = setOf(old)
    w.clock.at += 10
    expect((await w.found(p256(), 'old')).kid).toBe('old')
  })

  it('takes away what was held: an outage does not bring back a key that is gone', async () => {
    const w = await world()
    const key = await w.found(p256(), 'old')
    w.host.answer = setOf()
    w.clock.at += 600
    expect(await w.ask(p256(), 'old')).toEqual(UNAVAILABLE)
    w.host.answer = down
    w.clock.at += 60
    expect(await w.ask(p256(), 'old')).toEqual(UNAVAILABLE)
    expect(w.sets.isCurrent(acme, key, w.clock.at)).toBe(false)
  })

  it('is told, and so is each key that is left out, once', async () => {
    const events = listen('countersign:tenant')
    const isPrivate = 'a private key stands where a public key belongs'
    const w = await world(setOf(jwkOf(otherP256().privateKey), old))
    await w.found(p256())
    w.clock.at += 600
    await w.found(p256())
    expect(events).toEqual([
      { tenant: '"acme"', reason: `key set #1: a key was left out: ${isPrivate}` },
    ])
    w.host.answer = setOf(jwkOf(otherP256().privateKey))
    w.clock.at += 600
    await w.ask(p256())
    expect(events.slice(1)).toEqual([
      { tenant: '"acme"', reason: 'key set #1: it has no key that can be used' },
    ])
  })
})

describe('isCurrent', () => {
  const both = tenantOf(
    { alg: 'ES256', publicKey: otherP256().pem },
    { algorithms: ['ES256'], jwksUrl: URL },
  )

  it('says so of a key of the record, whatever became of the set', async () => {
    const w = await world(down)
    const [key] = both.keys
    expect(w.sets.isCurrent(both, key as PreparedKey, NOW)).toBe(true)
    expect(w.host.asked).toEqual([])
  })

  it('says so of a key of the set while that is held and has it', async () => {
    const w = await world(setOf(old))
    const key = await w.found(p256(), 'old', both)
    expect(w.sets.isCurrent(both, key, NOW)).toBe(true)
    expect(w.sets.isCurrent(both, key, NOW + 599.999)).toBe(true)
    expect(w.sets.isCurrent(both, key, NOW + 600)).toBe(false)
    expect(w.sets.isCurrent(both, key, NOW - 1)).toBe(false)
    expect(w.sets.isCurrent(both, key, NaN)).toBe(false)
    expect(w.sets.isCurrent({ ...both, id: 'globex' }, key, NOW)).toBe(false)
    w.sets.invalidate('acme')
    expect(w.sets.isCurrent(both, key, NOW)).toBe(false)
  })

  it('knows a key again that was renamed, and one that is back', async () => {
    const w = await world(setOf(old))
    const key = await w.found(p256(), 'old')
    w.host.answer = setOf({ ...old, kid: 'renamed' })
    w.clock.at += 600
    await w.found(p256())
    expect(w.sets.isCurrent(acme, key, w.clock.at)).toBe(true)
  })

  it('ends with the key: what is gone from a set that was fetched beside it does not count', async () => {
    const w = await world(setOf(old))
    const key = await w.found(p256(), 'old')
    w.host.answer = setOf(fresh)
    w.clock.at += 570
    expect(w.sets.isCurrent(acme, key, w.clock.at)).toBe(true) // and has it fetched
    await settle(w, 2)
    expect(w.sets.isCurrent(acme, key, w.clock.at)).toBe(false)
  })

  it('looks at the bounds of the set that has it now', async () => {
    const w = await world()
    const tenant = tenantOf(
      { algorithms: ['ES256'], jwksUrl: URL },
      { algorithms: ['ES256'], jwksUrl: `${URL}/2`, notAfter: NOW + 100 },
    )
    let first = setOf(old)
    w.host.answer = (response, { url }) =>
      response.end(JSON.stringify(url === '/jwks' ? first : setOf(old, fresh)))
    await w.found(otherP256(), 'new', tenant)
    const key = await w.found(p256(), 'old', tenant)
    first = setOf(fresh)
    w.clock.at = NOW + 20
    await w.ask(ed25519(), 'unknown', tenant) // has both fetched
    expect(w.sets.isCurrent(tenant, key, NOW + 99.999)).toBe(true)
    expect(w.sets.isCurrent(tenant, key, NOW + 100)).toBe(false)
    w.clock.at = NOW + 100
    expect(await w.ask(p256(), 'old', tenant)).toBeUndefined()
  })
})
