import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createAuthenticator, type Authenticator, type Outcome } from '../src/authenticator.ts'
import type { AuthenticatorOptions } from '../src/authenticator-options.ts'
import { memoryDirectory } from '../src/directory/memory.ts'
import type { KeySetFetchInit } from '../src/key-set-fetch.ts'
import { searchIntegration } from '../src/profiles/search-integration.ts'
import { supportWidget } from '../src/profiles/support-widget.ts'
import type { Tenant } from '../src/tenant.ts'
import { listen } from './fixtures/events.ts'
import { jwkOf, jwksHost, type JwksHost } from './fixtures/jwks-host.ts'
import { OTHER_SECRET, SECRET, otherP256, p256, rsa, type KeyPair } from './fixtures/keys.ts'
import { passed, refused } from './fixtures/refusals.ts'
import { NOW, searchClaims, sign, widgetClaims } from './fixtures/tokens.ts'

// Keys that change while tokens are cached, through the whole authenticator.

const URL = 'https://acme.example/jwks'
const set = { algorithms: ['ES256'], jwksUrl: URL } as const
const old = jwkOf(p256().publicKey, { kid: 'old' })
const fresh = jwkOf(otherP256().publicKey, { kid: 'new' })
const acme: Tenant = { id: 'acme', issuer: 'https://acme.example', keys: [set] }
const down: JwksHost['answer'] = (response) => response.socket?.destroy()
const rejected = (reason: string): object => ({ code: 'token_rejected', reason, claim: undefined })
const unavailable = {
  code: 'keys_unavailable',
  reason: 'a key set of the tenant',
  claim: undefined,
}

const by = (pair: KeyPair, kid?: string, claims: object = {}): string =>
  sign(
    { ...searchClaims, exp: NOW + 86_000, ...claims },
    { alg: 'ES256', privateKey: pair.privateKey },
    kid === undefined ? {} : { kid },
  )
const requestOf = (token: string): { headers: Record<string, string> } => ({
  headers: { 'user-token': token },
})

interface Desk {
  readonly host: JwksHost
  readonly auth: Authenticator<undefined>
  readonly clock: { at: number }
  ask(token: string): Promise<Outcome<undefined>>
}

async function desk(
  answer: JwksHost['answer'] = { keys: [old] },
  options: Partial<AuthenticatorOptions<undefined>> = {},
): Promise<Desk> {
  const host = await jwksHost(answer)
  const clock = { at: NOW }
  const auth = createAuthenticator<undefined>({
    profile: searchIntegration({ algorithms: ['ES256', 'RS256'], apiKey: false }),
    tenants: [acme],
    fetch: host.fetch,
    now: () => clock.at * 1000,
    ...options,
  })
  return { host, auth, clock, ask: async (token) => auth.authenticate(requestOf(token)) }
}

describe('a tenant that publishes its keys', () => {
  it('is served: the first token waits for the set, the others do not', async () => {
    const { auth, host, ask } = await desk()
    const [one, two] = [by(p256(), 'old'), by(p256(), 'old', { jti: 'two' })]
    expect(auth.authenticate(requestOf(one))).toBeInstanceOf(Promise)
    expect(await passed(ask(one))).toMatchObject({ identity: { tenantId: 'acme' } })
    expect(auth.authenticate(requestOf(one))).not.toBeInstanceOf(Promise) // seen before
    expect(auth.authenticate(requestOf(two))).not.toBeInstanceOf(Promise) // seen first
    expect(host.asked).toHaveLength(1)
  })

  it('is 503 while its host is down, and never 401; a garbled signature too', async () => {
    const { ask, host, clock } = await desk(down)
    const token = by(p256(), 'old')
    for (const text of [token, by(p256()), by(otherP256(), 'x'), `${token.slice(0, -4)}AAAA`])
      expect(await refused(ask(text))).toEqual(unavailable)
    host.answer = { keys: [old] }
    clock.at += 5
    await passed(ask(token))
  })

  it('has what is wrong with the token told first, and nothing fetched for it', async () => {
    const { ask, host } = await desk()
    const hs256 = sign(searchClaims, { alg: 'HS256', secret: SECRET })
    for (const [token, reason] of [
      ['a.b.c', 'not a canonical compact JWS'],
      [hs256, 'the algorithm is not allowed'],
      [by(p256(), undefined, { integrationId: 'unknown' }), 'unknown tenant'],
    ] as const)
      expect(await refused(ask(token))).toEqual(rejected(reason))
    expect(host.asked).toEqual([])
  })

  it('refuses its own public keys as HMAC secrets (CVE-2015-9235), published as oct or not', async () => {
    const { ask } = await desk({
      keys: [
        old,
        { kty: 'oct', alg: 'HS256', kid: 'h', k: Buffer.from(SECRET).toString('base64url') },
      ],
    })
    await passed(ask(by(p256(), 'old')))
    for (const secret of [SECRET, p256().pem, JSON.stringify(old)])
      expect(
        await refused(ask(sign(searchClaims, { alg: 'HS256', secret }, { kid: 'h' }))),
      ).toEqual(rejected('the algorithm is not allowed'))
  })

  it('is not served by addresses or keys in the token (jku, x5u, jwk)', async () => {
    const { ask, host } = await desk()
    const header = { jku: 'https://evil.example/jwks', x5u: 'https://evil.example/x', jwk: fresh }
    const token = sign(
      searchClaims,
      { alg: 'ES256', privateKey: otherP256().privateKey },
      { ...header, kid: 'https://evil.example/jwks' },
    )
    expect(await refused(ask(token))).toEqual(rejected('the signature'))
    expect(host.asked).toEqual(['acme.example/jwks'])
  })

  it('says "no key" where no key is for the algorithm', async () => {
    const { ask } = await desk()
    const token = sign(searchClaims, { alg: 'RS256', privateKey: rsa().privateKey })
    expect(await refused(ask(token))).toEqual(rejected('no key'))
  })

  it('has its claims judged by whichever key signed: the best error wins', async () => {
    const { ask } = await desk({ keys: [fresh, old] })
    const expired = { exp: NOW - 60 }
    for (const kid of [undefined, 'old', 'new', 'unknown'])
      expect(await refused(ask(by(p256(), kid, expired)))).toEqual({
        code: 'token_expired',
        reason: 'exp is past',
        claim: undefined,
      })
  })

  it('has tokens judged at the instant at which the set has come', async () => {
    const { ask, host, clock } = await desk()
    host.answer = (response) => {
      clock.at = NOW + 100
      response.end(JSON.stringify({ keys: [old] }))
    }
    expect(await refused(ask(by(p256(), 'old', { exp: NOW + 50 })))).toMatchObject({
      code: 'token_expired',
    })
  })

  it('answers for the time limit of lookupTimeout', async () => {
    const { ask } = await desk((): void => undefined, { lookupTimeout: 100 })
    expect(await refused(ask(by(p256())))).toEqual(unavailable)
  })

  it('is fetched with the global fetch where none is given, also one that was put there later', async () => {
    const host = await jwksHost({ keys: [old] })
    const auth = createAuthenticator({
      profile: searchIntegration({ algorithms: ['ES256'], apiKey: false }),
      tenants: [acme],
      now: () => NOW * 1000,
    })
    const { fetch } = globalThis
    onTestFinished(() => void vi.unstubAllGlobals())
    vi.stubGlobal('fetch', async (url: string, init: KeySetFetchInit) =>
      url === URL ? host.fetch(url, init) : fetch(url, init),
    )
    await passed(auth.authenticate(requestOf(by(p256(), 'old'))))
    expect(host.asked).toEqual(['acme.example/jwks'])
  })
})

describe('a token in the cache', () => {
  it('ends with its key, once the set has been fetched without it', async () => {
    const { ask, auth, host, clock } = await desk({ keys: [old, fresh] })
    const [first, second] = [by(p256(), 'old'), by(otherP256(), 'new')]
    for (const token of [first, second]) await passed(ask(token))
    host.answer = { keys: [fresh] }
    clock.at += 600
    expect(await refused(ask(first))).toEqual(rejected('the signature'))
    await passed(ask(second))
    expect(auth.authenticate(requestOf(second))).not.toBeInstanceOf(Promise)
    expect(host.asked).toHaveLength(2)
  })

  it('ends at once where its tenant is invalidated', async () => {
    const { ask, auth, host } = await desk()
    const token = by(p256(), 'old')
    await passed(ask(token))
    host.answer = { keys: [fresh] }
    auth.invalidate('acme')
    expect(await refused(ask(token))).toEqual(rejected('the signature'))
  })

  it('passes in an outage as long as a fresh one would, and not longer', async () => {
    const { ask, host, clock } = await desk(undefined, { directoryCache: { maxStale: 120 } })
    const another = (n: number): string => by(p256(), 'old', { jti: `${n}` })
    const cached = by(p256(), 'old')
    await passed(ask(cached))
    host.answer = down
    for (const after of [600, 659, 719.999]) {
      clock.at = NOW + after
      await passed(ask(another(after)))
      await passed(ask(cached))
    }
    clock.at = NOW + 720
    expect(await refused(ask(another(720)))).toEqual(unavailable)
    expect(await refused(ask(cached))).toEqual(unavailable)
  })

  it('of one tenant says nothing to another with the same address and kid (CVE-2026-49998)', async () => {
    const globex: Tenant = { id: 'globex', issuer: 'https://acme.example', keys: [set] }
    const { ask, host } = await desk(undefined, { tenants: [acme, globex] })
    await passed(ask(by(p256(), 'old')))
    host.answer = { keys: [{ ...fresh, kid: 'old' }] }
    expect(await refused(ask(by(p256(), 'old', { integrationId: 'globex' })))).toEqual(
      rejected('the signature'),
    )
    await passed(ask(by(otherP256(), 'old', { integrationId: 'globex' })))
    expect(await refused(ask(by(otherP256(), 'old')))).toEqual(rejected('the signature'))
  })
})

describe('recheck', () => {
  it('follows the set', async () => {
    const { auth, ask, host, clock } = await desk()
    const { identity } = await passed(ask(by(p256(), 'old')))
    expect(auth.recheck(identity)).toMatchObject({ ok: true })
    host.answer = down
    clock.at += 600
    expect(await auth.recheck(identity)).toMatchObject({ ok: true }) // stale
    auth.invalidate('acme')
    expect(await refused(auth.recheck(identity))).toEqual(unavailable)
    host.answer = { keys: [{ ...old, kid: 'renamed' }] }
    clock.at += 600
    expect(await auth.recheck(identity)).toMatchObject({ ok: true })
    host.answer = { keys: [fresh] }
    auth.invalidate('acme')
    expect(await refused(auth.recheck(identity))).toEqual(rejected('the tenant or the key is gone'))
  })

  it('follows a customer from a key in the record to a set that has it', async () => {
    const tenants = memoryDirectory([{ ...acme, keys: [{ alg: 'ES256', publicKey: p256().pem }] }])
    const { auth, ask } = await desk(undefined, { tenants })
    const { identity } = await passed(ask(by(p256(), 'old')))
    tenants.set(acme)
    expect(await auth.recheck(identity)).toMatchObject({ ok: true })
  })
})

describe('static keys and a set together', () => {
  const keys = [
    { alg: 'ES256', kid: 'static', publicKey: otherP256().pem, notAfter: NOW + 100 },
    { ...set, notBefore: NOW + 50 },
  ] as const

  it('count each in its time, to the millisecond, whatever is cached', async () => {
    const { ask, host, clock } = await desk(undefined, { tenants: [{ ...acme, keys }] })
    const [first, second] = [by(otherP256(), 'static'), by(p256(), 'old')]
    for (const [at, one, two] of [
      [NOW, true, false],
      [NOW + 49.999, true, false],
      [NOW + 50, true, true],
      [NOW + 99.999, true, true],
      [NOW + 100, false, true],
      [NOW + 49.999, true, false], // the clock is set right
    ] as const) {
      clock.at = at
      expect((await ask(first)).ok).toBe(one)
      expect((await ask(second)).ok).toBe(two)
    }
    expect(host.asked).toHaveLength(1)
  })
})

describe('the key that verified, in countersign:outcome', () => {
  it('is its kid, or its place, cached or not, and of passing verdicts only', async () => {
    const keys = [{ alg: 'ES256', publicKey: otherP256().pem }, set] as const
    const { ask, auth } = await desk(
      { keys: [jwkOf(rsa().publicKey), old] },
      { tenants: [{ ...acme, keys: [...keys, { alg: 'RS256', publicKey: rsa().pem }] }] },
    )
    const events = listen('countersign:outcome')
    const { identity } = await passed(ask(by(p256(), 'old')))
    await passed(ask(by(p256(), 'old')))
    await passed(ask(by(p256(), 'a kid of the token')))
    await passed(ask(by(otherP256(), 'old')))
    await passed(ask(sign(searchClaims, { alg: 'RS256', privateKey: rsa().privateKey })))
    await passed(auth.recheck(identity))
    await refused(ask(by(p256(), 'old', { exp: 1 })))
    await refused(ask(`${by(p256()).slice(0, -4)}AAAA`))
    expect(events.map(({ phase, code, key }) => [phase, code, key])).toEqual([
      ['authenticate', 'ok', 'old'],
      ['authenticate', 'ok', 'old'],
      ['authenticate', 'ok', 'old'],
      ['authenticate', 'ok', '#1'],
      ['authenticate', 'ok', '#3'],
      ['recheck', 'ok', 'old'],
      ['authenticate', 'token_expired', undefined],
      ['authenticate', 'token_rejected', undefined],
    ])
  })

  it('is never made of the secret of an HMAC key', async () => {
    const events = listen('countersign:outcome')
    const secrets = [SECRET, OTHER_SECRET]
    const tenant: Tenant = {
      id: 'acme',
      keys: secrets.map((secret) => ({ alg: 'HS256' as const, secret })),
    }
    const auth = createAuthenticator({
      profile: supportWidget(),
      tenants: [tenant],
      now: () => NOW * 1000,
    })
    for (const secret of secrets)
      for (let i = 0; i < 2; i++) {
        const token = sign(widgetClaims, { alg: 'HS256', secret })
        await passed(auth.authenticate({ headers: { authorization: `Bearer ${token}` } }))
      }
    expect(events.map(({ key }) => key)).toEqual(['#1', '#1', '#2', '#2'])
  })

  it('is undefined for an anonymous identity, and for a body that is bound', async () => {
    const events = listen('countersign:outcome')
    const { auth, ask } = await desk(undefined, { tenants: [{ ...acme, requireUser: false }] })
    const anonymous = await passed(
      Promise.resolve(auth.authenticate({ headers: {} }, { optional: true })),
    )
    await passed(auth.recheck(anonymous.identity))
    const { identity } = await passed(ask(by(p256(), 'old')))
    expect(auth.bindBody(identity, {}).ok).toBe(true)
    expect(events.map(({ phase, code, key }) => [phase, code, key])).toEqual([
      ['authenticate', 'ok', undefined],
      ['recheck', 'ok', undefined],
      ['authenticate', 'ok', 'old'],
      ['bind', 'ok', undefined],
    ])
  })
})
