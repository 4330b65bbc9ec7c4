import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  createAuthenticator,
  memoryDirectory,
  type Authenticator,
  type MemoryDirectory,
} from '../../src/index.ts'
import {
  CHANGES,
  START,
  TENANTS,
  World,
  change,
  expectSame,
  firstRecord,
  requestOf,
  tokens,
  type Change,
  type GivenOut,
  type ModelToken,
  type TenantName,
} from './cache-world.ts'
import { parameters, patience } from './runs.ts'
import { Tally, verdictOf } from './verdicts.ts'

// Law 3 over a memory directory: a cached verdict equals a fresh one at the same instant, exactly.

class MemoryWorld extends World {
  readonly directory: MemoryDirectory = memoryDirectory(this.records.values())
  readonly cached: Authenticator<undefined>

  constructor(tally: Tally, maxEntries: number) {
    super(tally)
    this.cached = createAuthenticator({
      ...this.options(),
      tenants: this.directory,
      tokenCache: { maxEntries },
    })
  }

  set(name: TenantName, how: Change): void {
    const record = this.records.get(name)
    if (record === undefined) return
    const changed = change(record, how)
    this.records.set(name, changed)
    this.directory.set(changed)
  }
}

type Step = fc.AsyncCommand<object, MemoryWorld>

function step(text: string, run: (world: MemoryWorld) => Promise<void> | void): Step {
  return {
    check: () => true,
    run: async (_model, world) => {
      world.tally.add('step')
      await run(world)
    },
    toString: () => text,
  }
}

const tenant = fc.constantFrom(...TENANTS)
const hint = fc.oneof(
  { weight: 8, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: tenant },
)

async function look(world: MemoryWorld, given: ModelToken, hinted?: TenantName): Promise<void> {
  const request = requestOf(given.text, hinted)
  const cached = await world.cached.authenticate(request)
  expectSame(cached, await world.fresh(world.records.get(given.tenant)).authenticate(request))
  const verdict = verdictOf(cached)
  const passedBefore = world.given.some(({ token }) => token === given)
  world.tally.add(passedBefore ? `again ${verdict}` : verdict)
  if (cached.ok) world.given.push({ identity: cached.identity, token: given })
}

const verify = fc
  .tuple(fc.constantFrom(...tokens), hint)
  .map(([given, hinted]) =>
    step(`verify ${given.jti} with hint ${hinted}`, (world) => look(world, given, hinted)),
  )

const verifyAgain = fc.nat(1000).map((n) =>
  step(`verify token ${n} of those that passed`, async (world) => {
    const given = world.given[n % world.given.length]
    // By the third time, a verdict is told how long its record holds, and does without looking it up.
    if (given !== undefined) for (let time = 0; time < 3; time++) await look(world, given.token)
  }),
)

const anonymous = fc.option(tenant, { nil: undefined, freq: 5 }).map((hinted) =>
  step(`no token, with hint ${hinted}`, async (world) => {
    const request = requestOf(undefined, hinted)
    const record = hinted && world.records.get(hinted)
    const cached = await world.cached.authenticate(request)
    expectSame(cached, await world.fresh(record).authenticate(request))
    if (cached.ok) world.tally.add('anonymous')
  }),
)

async function lookAgain(world: MemoryWorld, { identity, token }: GivenOut): Promise<void> {
  const again = await world.cached.recheck(identity as never)
  const request = requestOf(token.text, undefined)
  const fresh = await world.fresh(world.records.get(token.tenant)).authenticate(request)
  expect(verdictOf(again)).toBe(verdictOf(fresh))
  world.tally.add(`recheck ${verdictOf(again)}`)
}

const recheck = fc.nat(1000).map((n) =>
  step(`recheck identity ${n}`, async (world) => {
    const given = world.given[n % world.given.length]
    if (given !== undefined) await lookAgain(world, given)
  }),
)

const bind = fc.nat(1000).map((n) =>
  step(`bind a body to identity ${n}`, (world) => {
    const given = world.given[n % world.given.length]
    if (given === undefined) return
    const outcome = world.cached.bindBody(given.identity as never, { org_id: given.token.tenant })
    const alive = world.now / 1000 < given.token.exp + 30
    expect(verdictOf(outcome)).toBe(alive ? 'ok' : 'token_expired')
  }),
)

const seconds = fc.oneof(
  fc.integer({ min: 1, max: 120 }),
  fc.constantFrom(0.001, 29.999, 30, 30.001, 300, 600, 1200),
)
const advance = seconds.map((by) =>
  step(`${by} s pass`, (world) => {
    world.now += by * 1000
  }),
)
const jump = fc
  .constantFrom(-3600, -601, -60, -1, 3600)
  .map((by) => step(`the clock jumps by ${by} s`, (world) => void (world.now += by * 1000)))
const reset = fc.constant(
  step('the clock is set right', (world) => void (world.now = START * 1000)),
)

const alter = fc
  .tuple(tenant, fc.constantFrom(...Object.entries(CHANGES)))
  .map(([name, [text, how]]) => step(`${name} ${text}`, (world) => world.set(name, how)))
const remove = tenant.map((name) =>
  step(`remove ${name}`, (world) => {
    world.records.delete(name)
    world.directory.delete(name)
  }),
)
const restore = tenant.map((name) =>
  step(`restore ${name}`, (world) => {
    world.records.set(name, firstRecord(name))
    world.directory.set(firstRecord(name))
  }),
)
const revoke = fc.constantFrom(...tokens).map(({ jti }) =>
  step(`revoke ${jti}, or no more`, ({ revoked }) => {
    if (!revoked.delete(jti)) revoked.add(jti)
  }),
)
const outage = fc
  .boolean()
  .map((down) =>
    step(`revocation is ${down ? 'down' : 'up'}`, (world) => void (world.revocationIsDown = down)),
  )
const invalidate = tenant.map((name) =>
  step(`invalidate ${name}`, ({ cached }) => cached.invalidate(name)),
)

test('each outcome that can change behind a cache is reached', async () => {
  const tally = new Tally()
  const [first, , , third] = tokens as [ModelToken, ModelToken, ModelToken, ModelToken]
  const ends: readonly (readonly [string, ModelToken, (world: MemoryWorld) => void])[] = [
    ['token_rejected', first, (world) => world.set('acme', { keys: [{ key: 2 }] })],
    [
      'token_rejected',
      first,
      ({ directory, records }) => {
        directory.delete('acme')
        records.delete('acme')
      },
    ],
    ['claims_invalid', first, (world) => world.set('acme', { issuer: 'https://other.example' })],
    ['token_lifetime', first, (world) => world.set('acme', { maxLifetime: 100 })],
    [
      'filters_missing',
      first,
      (world) => world.set('acme', { requiredFilterAttributes: ['team'] }),
    ],
    ['token_revoked', first, ({ revoked }) => revoked.add(first.jti)],
    ['keys_unavailable', first, (world) => (world.revocationIsDown = true)],
    ['token_expired', first, (world) => (world.now += 3_600_000)],
    ['token_not_active', third, (world) => (world.now -= 200_000)],
  ]
  for (const [verdict, token, end] of ends) {
    const world = new MemoryWorld(tally, 1000)
    if (verdict === 'token_not_active') world.now += 200_000
    for (let time = 0; time < 3; time++) await look(world, token)
    const given = world.given[0] as GivenOut
    await lookAgain(world, given)
    end(world)
    await look(world, token)
    await lookAgain(world, given)
    tally.expectReached([`again ${verdict}`, `recheck ${verdict}`, 'recheck ok'], { isFull: true })
  }
})

test(
  'a cached verdict equals a fresh one, whatever time, keys, tenants and revocation do',
  { timeout: patience(240_000) },
  async () => {
    const parameter = parameters('law 3, memory', 500)
    const tally = new Tally()
    const commands = fc.commands(
      [
        verify,
        verify,
        verify,
        verifyAgain,
        verifyAgain,
        verifyAgain,
        anonymous,
        recheck,
        recheck,
        bind,
        advance,
        jump,
        reset,
        reset,
        alter,
        alter,
        alter,
        remove,
        restore,
        restore,
        revoke,
        revoke,
        outage,
        invalidate,
      ],
      { maxCommands: 80, size: 'max' },
    )
    await fc.assert(
      fc.asyncProperty(commands, fc.constantFrom(1, 3, 1000), async (steps, maxEntries) => {
        await fc.asyncModelRun(
          () => ({ model: {}, real: new MemoryWorld(tally, maxEntries) }),
          steps,
        )
      }),
      parameter,
    )
    process.stdout.write(`law 3, memory: ${tally.text}\n`)

    // Not vacuous: long runs, which reach every verdict that can change behind a cache.
    tally.expectReached(['step'], parameter, 10_000)
    tally.expectReached(
      [
        'ok',
        'again ok',
        'again token_rejected',
        'tenant_mismatch',
        'anonymous',
        'recheck ok',
        'recheck token_rejected',
      ],
      parameter,
    )
  },
)
