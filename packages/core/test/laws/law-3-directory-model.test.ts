import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  CHANGES,
  START,
  TENANTS,
  expectSame,
  firstRecord,
  requestOf,
  tokens,
  type GivenOut,
  type ModelToken,
} from './cache-world.ts'
import { DirectoryWorld } from './directory-world.ts'
import { parameters, patience } from './runs.ts'
import { Tally, verdictOf } from './verdicts.ts'

// Law 3 over a directory that answers later and can fail: what may judge is said in the world of the model.

type Step = fc.AsyncCommand<object, DirectoryWorld>

function step(text: string, run: (world: DirectoryWorld) => Promise<void> | void): Step {
  return {
    check: () => true,
    run: async (_model, world) => {
      world.tally.add('step')
      await run(world)
    },
    toString: () => text,
  }
}

async function look(world: DirectoryWorld, given: ModelToken): Promise<void> {
  const request = requestOf(given.text, undefined)
  const { cached, fresh } = await world.freshVerdict(given.tenant, (authenticator) =>
    authenticator.authenticate(request),
  )
  if (fresh === 'keys_unavailable') expect(verdictOf(cached)).toBe(fresh)
  else expectSame(cached, fresh)
  const passedBefore = world.given.some(({ token }) => token === given)
  world.tally.add(`${passedBefore ? 'again ' : ''}${verdictOf(cached)}`)
  if (fresh === 'keys_unavailable') world.tally.add('outage')
  if (cached.ok) world.given.push({ identity: cached.identity, token: given })
}

/** By the third time, a verdict is told how long its record holds, and does without looking it up. */
async function lookOften(world: DirectoryWorld, given: ModelToken): Promise<void> {
  for (let time = 0; time < 3; time++) await look(world, given)
}

const tenant = fc.constantFrom(...TENANTS)

const verify = fc
  .constantFrom(...tokens)
  .map((given) => step(`verify ${given.jti}`, (world) => look(world, given)))

const verifyAgain = fc.nat(1000).map((n) =>
  step(`verify token ${n} of those that passed`, async (world) => {
    const given = world.given[n % world.given.length]
    if (given !== undefined) await lookOften(world, given.token)
  }),
)

async function lookAgain(world: DirectoryWorld, { identity, token }: GivenOut): Promise<void> {
  const request = requestOf(token.text, undefined)
  const { cached, fresh } = await world.freshVerdict(
    token.tenant,
    (authenticator) => authenticator.recheck(identity as never),
    (authenticator) => authenticator.authenticate(request),
  )
  expect(verdictOf(cached)).toBe(fresh === 'keys_unavailable' ? fresh : verdictOf(fresh))
  world.tally.add(`recheck ${verdictOf(cached)}`)
}

const recheck = fc.nat(1000).map((n) =>
  step(`recheck identity ${n}`, async (world) => {
    const given = world.given[n % world.given.length]
    if (given !== undefined) await lookAgain(world, given)
  }),
)

const advance = fc
  .oneof(
    fc.integer({ min: 1, max: 20 }),
    fc.constantFrom(0.499, 1, 4.999, 5, 30, 44.999, 45, 54, 59.999, 60, 60.001, 120, 299.999, 300),
  )
  .map((by) =>
    step(`${by} s pass`, (world) => {
      world.now += Math.round(by * 1000)
    }),
  )
const jump = fc
  .constantFrom(-86_400, -3600, -301, -100, -61, -1, 3600, 86_400)
  .map((by) => step(`the clock jumps by ${by} s`, (world) => void (world.now += by * 1000)))
const reset = fc.constant(
  step('the clock is set right', (world) => void (world.now = START * 1000)),
)

const alter = fc
  .tuple(tenant, fc.constantFrom(...Object.entries(CHANGES)))
  .map(([name, [text, how]]) => step(`${name} ${text}`, (world) => world.set(name, how)))
const remove = tenant.map((name) =>
  step(`remove ${name}`, (world) => void world.records.delete(name)),
)
const restore = tenant.map((name) =>
  step(`restore ${name}`, (world) => void world.records.set(name, firstRecord(name))),
)
const revoke = fc.constantFrom(...tokens).map(({ jti }) =>
  step(`revoke ${jti}, or no more`, ({ revoked }) => {
    if (!revoked.delete(jti)) revoked.add(jti)
  }),
)
const outage = fc
  .constantFrom('no', 'no', 'no', 'throws', 'rejects', 'garbage' as const)
  .map((down) => step(`the directory is down: ${down}`, (world) => void (world.down = down)))
const revocationOutage = fc
  .constantFrom(false, false, true)
  .map((down) =>
    step(`revocation is down: ${down}`, (world) => void (world.revocationIsDown = down)),
  )
const invalidate = tenant.map((name) =>
  step(`invalidate ${name}`, (world) => {
    world.cached.invalidate(name)
    world.said.delete(name)
  }),
)

// What a random run reaches seldom, it is led to once.
const [first, other] = [tokens[0], tokens[4]] as [ModelToken, ModelToken]
const SCRIPTS: Readonly<Record<string, (world: DirectoryWorld) => Promise<void>>> = {
  'a token that passed, and each thing that ends it': async (world) => {
    const ends: (() => void)[] = [
      () => world.set('acme', { keys: [{ key: 2 }] }),
      () => world.set('acme', { issuer: 'https://other.example' }),
      () => world.set('acme', { maxLifetime: 100 }),
      () => world.set('acme', { requiredFilterAttributes: ['team'] }),
      () => world.revoked.add(first.jti),
      () => (world.revocationIsDown = true),
      () => (world.down = 'rejects'),
      () => (world.now += 3_600_000),
      () => (world.now -= 3_600_000),
      () => world.records.delete('acme'),
    ]
    for (const end of ends) {
      await look(world, first)
      const given = world.given.at(-1) as GivenOut
      await lookAgain(world, given)
      end()
      world.cached.invalidate('acme')
      world.said.delete('acme')
      await look(world, first)
      await lookAgain(world, given)
      world.records.set('acme', firstRecord('acme'))
      world.revoked.clear()
      world.revocationIsDown = false
      world.down = 'no'
      world.now = START * 1000
      world.cached.invalidate('acme')
      world.said.delete('acme')
    }
  },
  'a token that is not active any more, by a clock that jumped back': async (world) => {
    world.now += 200_000
    const later = tokens[3] as ModelToken
    await look(world, later)
    world.now -= 200_000
    await look(world, later)
  },
  'a record that changes, and is read again in the background': async (world) => {
    await lookOften(world, first)
    world.set('acme', { keys: [{ key: 2 }] })
    for (let second = 0; second < 70; second++) {
      world.now += 1000
      await look(world, first)
    }
  },
  'an outage from its beginning to its end': async (world) => {
    await look(world, first)
    world.now += 50_000
    world.down = 'throws'
    for (let second = 0; second < 300; second += 3) {
      await look(world, first)
      await look(world, other)
      world.now += 3000
    }
    world.down = 'no'
    for (let second = 0; second < 6; second++) {
      await look(world, first)
      world.now += 1000
    }
  },
  'a tenant that goes, and comes back': async (world) => {
    await look(world, first)
    world.records.delete('acme')
    for (let second = 0; second < 70; second++) {
      world.now += 1000
      await look(world, first)
    }
    world.records.set('acme', firstRecord('acme'))
    for (let second = 0; second < 6; second++) {
      world.now += 1000
      await look(world, first)
    }
  },
}

test('each outcome that can change behind a cache is reached', async () => {
  const tally = new Tally()
  for (const script of Object.values(SCRIPTS))
    for (const maxEntries of [1, 1000])
      await script(new DirectoryWorld(tally, { maxEntries, remembers: true }))
  const names = [
    'ok',
    'again ok',
    'refreshed',
    'served stale',
    'served stale in a pause',
    'refused in a pause',
    'known to be unknown',
    'outage',
    'again token_rejected',
    'again token_expired',
    'again token_not_active',
    'again token_lifetime',
    'again claims_invalid',
    'again token_revoked',
    'again keys_unavailable',
    'recheck ok',
    'recheck token_rejected',
    'recheck keys_unavailable',
  ]
  tally.expectReached(names, { isFull: true })
})

test(
  'a verdict rests on a record of the age that ttl and maxStale allow, and on nothing else',
  { timeout: patience(240_000) },
  async () => {
    const parameter = parameters('law 3, directory', 700)
    const tally = new Tally()
    const commands = fc.commands(
      [
        verify,
        verify,
        verify,
        verifyAgain,
        verifyAgain,
        verifyAgain,
        recheck,
        recheck,
        advance,
        advance,
        jump,
        reset,
        alter,
        alter,
        remove,
        restore,
        revoke,
        outage,
        outage,
        revocationOutage,
        invalidate,
      ],
      { maxCommands: 80, size: 'max' },
    )
    const bounds = fc.record({
      maxEntries: fc.constantFrom(1, 3, 1000),
      remembers: fc.constantFrom(true, true, true, false),
    })
    await fc.assert(
      fc.asyncProperty(commands, bounds, async (steps, bound) => {
        await fc.asyncModelRun(() => ({ model: {}, real: new DirectoryWorld(tally, bound) }), steps)
      }),
      parameter,
    )
    process.stdout.write(`law 3, directory: ${tally.text}\n`)

    tally.expectReached(['step'], parameter, 20_000)
    tally.expectReached(
      [
        'ok',
        'again ok',
        'refreshed',
        'served stale',
        'served stale in a pause',
        'refused in a pause',
        'known to be unknown',
        'outage',
      ],
      parameter,
    )
  },
)
