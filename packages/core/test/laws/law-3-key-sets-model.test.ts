import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  createAuthenticator,
  defineProfile,
  type Authenticator,
  type Identity,
} from '../../src/index.ts'
import { plainRules } from '../fixtures/profiles.ts'
import { sign } from '../fixtures/tokens.ts'
import { START } from './cache-world.ts'
import { parameters, patience } from './runs.ts'
import { Tally, verdictOf } from './verdicts.ts'

// Law 3 over keys that are fetched: a token passes where its key is in the set that was read last, and that is at most ten
// minutes old, or `maxStale` older while its host fails. Whatever else is held, what is gone does not come back; and what
// cannot be told is 503.

const MAX_AGE = 600
const MAX_STALE = 120

// Of tokens that live through all of it, so that only keys decide.
const MONTHS = 10_000_000
const profile = defineProfile({ ...plainRules, algorithms: ['ES256'], maxLifetime: 3 * MONTHS })

const pairs = [0, 1, 2].map(() => generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const jwks = pairs.map(({ publicKey }, n) => ({
  ...publicKey.export({ format: 'jwk' }),
  kid: `k${n}`,
}))
const KIDS = [undefined, 'own', 'other', 'unknown'] as const

interface ModelToken {
  readonly text: string
  readonly key: number
  readonly kid: string | undefined
}
const tokens: readonly ModelToken[] = pairs.flatMap(({ privateKey }, key) =>
  KIDS.map((named) => {
    const kid = { own: `k${key}`, other: `k${(key + 1) % 3}`, unknown: 'x' }[named as 'own']
    const claims = { tenantId: 'acme', userId: 'u', exp: START + MONTHS, jti: `${key} ${named}` }
    const text = sign(claims, { alg: 'ES256', privateKey }, { kid })
    return { text, key, kid }
  }),
)

/** What was read last, and how the host answered last. */
interface Read {
  readonly keys: readonly number[]
  readonly at: number
}

class KeySetWorld {
  now = START
  published: readonly number[] = [0, 1]
  isDown = false
  read: Read | undefined
  isFailing = false
  asked: number[] = []
  readonly given: { identity: Identity; key: number }[] = []
  readonly tally: Tally
  readonly authenticator: Authenticator<undefined>

  constructor(tally: Tally, tokenCache: false | undefined) {
    this.tally = tally
    this.authenticator = createAuthenticator<undefined>({
      profile,
      tenants: [
        {
          id: 'acme',
          keys: [{ algorithms: ['ES256'], jwksUrl: 'https://acme.example/jwks' }],
        },
      ],
      directoryCache: { maxEntries: 10, ttl: 60, maxStale: MAX_STALE },
      fetch: async () => {
        this.asked.push(this.now)
        if (this.isDown) throw new Error('down')
        return Promise.resolve(
          new Response(JSON.stringify({ keys: this.published.map((n) => jwks[n]) })),
        )
      },
      now: () => this.now * 1000,
      ...(tokenCache === false && { tokenCache }),
    })
  }

  /** Whether what was read last may be used: `'outage'` where only as its host is known to fail. */
  get state(): 'fresh' | 'outage' | 'none' {
    const age = this.now - (this.read?.at ?? Infinity)
    if (!(age >= 0) || this.read?.keys.length === 0) return 'none'
    if (age < MAX_AGE) return 'fresh'
    return this.isFailing && age < MAX_AGE + MAX_STALE ? 'outage' : 'none'
  }

  passes(key: number): boolean {
    return this.state !== 'none' && this.read?.keys.includes(key) === true
  }

  /** Does something, and takes down what was fetched meanwhile and beside it. */
  async watch<T>(work: () => T | Promise<T>): Promise<{ result: T; wasSync: boolean }> {
    const before = this.asked.length
    const done = work()
    const result = await done
    for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve))
    const times = this.asked.length - before
    expect(times).toBeLessThanOrEqual(1)
    if (times === 1) {
      this.isFailing = this.isDown || this.published.length === 0
      if (!this.isDown) this.read = { keys: this.published, at: this.now }
    }
    return { result, wasSync: !(done instanceof Promise) }
  }
}

async function look(world: KeySetWorld, token: ModelToken): Promise<void> {
  // What may be used before the request may be used for it, and what was fetched for it as well.
  const before = { passes: world.passes(token.key), state: world.state }
  const { result, wasSync } = await world.watch(() =>
    world.authenticator.authenticate({ headers: { authorization: `Bearer ${token.text}` } }),
  )
  const passesNow = world.passes(token.key)
  const verdict = verdictOf(result)
  world.tally.add(verdict)
  if (verdict === 'ok') {
    expect(before.passes || passesNow).toBe(true)
    // Without waiting, only what was at hand can have said so.
    if (wasSync) expect(before.passes).toBe(true)
    if (world.state === 'outage') world.tally.add('ok in an outage')
    if (result.ok) world.given.push({ identity: result.identity, key: token.key })
    return
  }
  expect(passesNow && before.passes).toBe(false)
  // Where nothing was at hand, the request waited for what is there now.
  if (before.state === 'none') expect(passesNow).toBe(false)
  if (verdict === 'token_rejected') {
    // Only a set that is young can say that a key is not in it.
    expect(
      (before.state === 'fresh' && !before.passes) || (world.state === 'fresh' && !passesNow),
    ).toBe(true)
  } else {
    expect(verdict).toBe('keys_unavailable')
    const isUnknown = token.kid === 'x' || !world.read?.keys.some((n) => `k${n}` === token.kid)
    expect(
      before.state !== 'fresh' || world.state !== 'fresh' || (isUnknown && world.isFailing),
    ).toBe(true)
  }
}

type Step = fc.AsyncCommand<object, KeySetWorld>
function step(text: string, run: (world: KeySetWorld) => Promise<void> | void): Step {
  return {
    check: () => true,
    run: async (_, world) => {
      world.tally.add('step')
      await run(world)
    },
    toString: () => text,
  }
}

const verify = fc
  .constantFrom(...tokens)
  .map((token) =>
    step(`verify a token of key ${token.key}, kid ${token.kid}`, (world) => look(world, token)),
  )
const recheck = fc.nat(100).map((n) =>
  step(`recheck identity ${n}`, async (world) => {
    const given = world.given[n % world.given.length]
    if (given === undefined) return
    const before = world.passes(given.key)
    const { result } = await world.watch(() => world.authenticator.recheck(given.identity as never))
    const verdict = verdictOf(result)
    world.tally.add(`recheck ${verdict}`)
    if (verdict === 'ok') expect(before || world.passes(given.key)).toBe(true)
    else expect(before && world.passes(given.key)).toBe(false)
  }),
)
const publish = fc
  .subarray([0, 1, 2])
  .map((keys) => step(`publish ${keys.join(' ')}`, (world) => void (world.published = keys)))
const outage = fc
  .constantFrom(false, false, false, true)
  .map((isDown) => step(`the host is down: ${isDown}`, (world) => void (world.isDown = isDown)))
const advance = fc
  .oneof(
    fc.integer({ min: 1, max: 60 }),
    fc.constantFrom(4.999, 9.999, 10, 450, 599.999, 600, 719.999, 720),
  )
  .map((by) => step(`${by} s pass`, (world) => void (world.now += by)))
const jump = fc
  .constantFrom(-86_400, -601, -30, 3600)
  .map((by) => step(`the clock jumps by ${by} s`, (world) => void (world.now += by)))
const lasting = fc.integer({ min: 590, max: 730 }).map((by) =>
  step(`the host is down for ${by} s`, (world) => {
    world.isDown = true
    world.now += by
  }),
)
const invalidate = fc.constant(
  step('invalidate', (world) => {
    world.authenticator.invalidate('acme')
    world.read = undefined
    world.isFailing = false
  }),
)

test(
  'a token passes by the set that was read last, while that counts, and by nothing else',
  { timeout: patience(120_000) },
  async () => {
    const parameter = parameters('law 3, key sets', 150)
    const tally = new Tally()
    const commands = fc.commands(
      [
        verify,
        verify,
        verify,
        verify,
        recheck,
        recheck,
        publish,
        publish,
        outage,
        outage,
        advance,
        advance,
        jump,
        lasting,
        invalidate,
      ],
      { maxCommands: 60, size: 'max' },
    )
    const cache = fc.constantFrom(false as const, undefined)
    await fc.assert(
      fc.asyncProperty(commands, cache, async (steps, tokenCache) => {
        await fc.asyncModelRun(
          () => ({ model: {}, real: new KeySetWorld(tally, tokenCache) }),
          steps,
        )
      }),
      parameter,
    )
    process.stdout.write(`law 3, key sets: ${tally.text}\n`)
    tally.expectReached(['step'], parameter, 1000)
    tally.expectReached(
      [
        'ok',
        'ok in an outage',
        'token_rejected',
        'keys_unavailable',
        'recheck ok',
        'recheck token_rejected',
        'recheck keys_unavailable',
      ],
      parameter,
    )
  },
)
