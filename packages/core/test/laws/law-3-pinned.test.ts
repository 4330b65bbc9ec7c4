import { describe, expect, test } from 'vitest'
import {
  createAuthenticator,
  searchIntegration,
  type Authenticator,
  type Tenant,
  type TenantDirectory,
} from '../../src/index.ts'
import {
  START,
  World,
  change,
  firstRecord,
  requestOf,
  tokens,
  type ModelToken,
} from './cache-world.ts'
import { API_KEY, curve, hashOf } from './customers.ts'
import { hmacKey, token } from './signing.ts'
import { Tally, verdictOf } from './verdicts.ts'

// Law 3: the moments at which a cache is tempted, one by one.

const first = tokens[0] as ModelToken
const second = tokens[4] as ModelToken // signed with the second key
const request = requestOf(first.text, undefined)

/** A directory over one record, which can fail, or wait until it is told to answer. */
class Desk extends World {
  record: Tenant | undefined = firstRecord('acme')
  isDown = false
  asked = 0
  readonly waiting: (() => void)[] = []
  holds = false
  readonly directory: TenantDirectory = {
    find: async () => {
      this.asked += 1
      const { record, isDown } = this
      if (this.holds)
        await new Promise<void>((resolve) => {
          this.waiting.push(resolve)
        })
      if (isDown) throw new Error('down')
      return structuredClone(record)
    },
  }
  readonly authenticator: Authenticator<undefined> = createAuthenticator({
    ...this.options(),
    tenants: this.directory,
    directoryCache: { ttl: 60, maxStale: 600 },
  })
  constructor() {
    super(new Tally())
  }

  async verdict(): Promise<string> {
    return verdictOf(await this.authenticator.authenticate(request))
  }
}

test('in an outage a clock that jumps back does not stretch the pause: the directory is asked again', async () => {
  const desk = new Desk()
  expect(await desk.verdict()).toBe('ok')
  desk.isDown = true
  desk.now += 500_000
  expect(await desk.verdict()).toBe('ok') // stale, and the directory is left alone for a moment
  desk.isDown = false
  desk.record = undefined
  desk.now -= 400_000
  expect(await desk.verdict()).toBe('token_rejected') // 100 s old, and the directory is well
})

test('a failing directory is left alone for half a second to a whole one, not longer', async () => {
  const desk = new Desk()
  expect(await desk.verdict()).toBe('ok')
  desk.isDown = true
  desk.now += 60_000
  expect(await desk.verdict()).toBe('ok')
  const { asked } = desk
  desk.now += 499
  expect(await desk.verdict()).toBe('ok')
  expect(desk.asked).toBe(asked)
  desk.now += 501
  expect(await desk.verdict()).toBe('ok')
  expect(desk.asked).toBe(asked + 1)
})

test('what was asked before an invalidation is not remembered after it', async () => {
  const desk = new Desk()
  desk.holds = true
  const early = desk.authenticator.authenticate(request)
  desk.record = change(firstRecord('acme'), { keys: [{ key: 1 }] })
  desk.authenticator.invalidate('acme')
  desk.holds = false
  for (const answer of desk.waiting) answer()
  expect(verdictOf(await early)).toBe('ok') // it was asked before
  expect(await desk.verdict()).toBe('token_rejected')
  expect(desk.asked).toBe(2)
})

test('a request that comes after an invalidation does not join one that came before it', async () => {
  const desk = new Desk()
  desk.holds = true
  const early = desk.authenticator.authenticate(request)
  desk.record = undefined
  desk.authenticator.invalidate('acme')
  const late = desk.authenticator.authenticate(request)
  for (const answer of desk.waiting) answer()
  expect(verdictOf(await early)).toBe('ok')
  expect(verdictOf(await late)).toBe('token_rejected')
})

test('many requests at once for one tenant ask the directory once, and agree', async () => {
  const desk = new Desk()
  desk.now += 60_000
  desk.holds = true
  const all = Array.from({ length: 50 }, async (_, n) =>
    desk.authenticator.authenticate(requestOf((n % 2 === 0 ? first : second).text, undefined)),
  )
  for (const answer of desk.waiting) answer()
  for (const outcome of await Promise.all(all)) expect(outcome.ok).toBe(true)
  expect(desk.asked).toBe(1)
})

test('what is revoked while it is verified is refused, and by the next request as well', async () => {
  const world = new World(new Tally())
  // The store looks when it gets round to it, and not when it is asked.
  const revocation = {
    isRevoked: async ({ jti }: { jti?: string }) => {
      await Promise.resolve()
      return world.revoked.has(jti as string)
    },
  }
  const authenticator = createAuthenticator({
    ...world.options(),
    revocation,
    tenants: [firstRecord('acme')],
  })
  const early = authenticator.authenticate(request)
  world.revoked.add(first.jti)
  expect(verdictOf(await early)).toBe('token_revoked')
  expect(verdictOf(await authenticator.authenticate(request))).toBe('token_revoked')
  world.revoked.clear()
  expect(verdictOf(await authenticator.authenticate(request))).toBe('ok')
})

describe('recheck agrees with a fresh request', () => {
  test('when one secret is listed twice, with windows that follow each other', async () => {
    const { secret } = hmacKey('one-secret-0123456789-0123456789-01234').tenantKey as {
      secret: string
    }
    const key = { alg: 'HS256', secret } as const
    const world = new World(new Tally())
    const authenticator = createAuthenticator({
      ...world.options(),
      tenants: [
        {
          id: 'acme',
          issuer: null,
          keys: [
            { ...key, kid: 'old', notAfter: START + 100 },
            { ...key, kid: 'new', notBefore: START + 100 },
          ],
        },
      ],
    })
    const text = token({ org: 'acme', sub: 'u', exp: START + 600 }, hmacKey(secret))
    const early = await authenticator.authenticate(requestOf(text, undefined))
    if (!early.ok) throw early.error
    world.now += 200_000
    expect(verdictOf(await authenticator.authenticate(requestOf(text, undefined)))).toBe('ok')
    expect(verdictOf(await authenticator.recheck(early.identity))).toBe('ok')
  })

  const open: Tenant = {
    id: 'acme',
    keys: [curve.tenantKey],
    issuer: null,
    requireUser: false,
    apiKeyHashes: [hashOf(API_KEY)],
    anonymousFilters: { attributes: { org: 'public' } },
  }
  const headers = { authorization: `Bearer ${API_KEY}` }

  test.each([
    ['the directory is asked by API key, then by id', {}],
    ['the directory is asked every time', { directoryCache: false as const }],
  ])('for an anonymous identity whose tenant did not change: %s', async (_name, options) => {
    const authenticator = createAuthenticator({
      profile: searchIntegration({ algorithms: ['ES256'] }),
      tenants: {
        find: async () => structuredClone(open),
        findByApiKeyHash: async () => structuredClone(open),
      },
      now: () => START * 1000,
      ...options,
    })
    const outcome = await authenticator.authenticate({ headers })
    if (!outcome.ok) throw outcome.error
    expect(outcome.identity.kind).toBe('anonymous')
    expect(verdictOf(await authenticator.authenticate({ headers }))).toBe('ok')
    expect(verdictOf(await authenticator.recheck(outcome.identity))).toBe('ok')
  })
})
